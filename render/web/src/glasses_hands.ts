// The wearer's hands, controllers or gaze: where each one's ray goes, and the ray that is seen.
import { BoxGeometry, Group, Matrix4, Mesh, MeshBasicMaterial, RingGeometry, Vector3 } from 'three';
import type { Ray } from './glasses_place.ts';
import { colors } from './paint.ts';

/** `ray` is nothing while the hand is not tracked. */
export interface Hand {
  readonly source: XRInputSource;
  ray: Ray | null;
}

/** What the hands do. `move` comes with every frame and says how far the ray goes: nothing when it meets nothing. */
export interface Touch {
  start(hand: Hand): void;
  move(hand: Hand): number | null;
  end(hand: Hand): void;
}

const freeRayMetres = 0.4;
const onTop = 10; // after the picture, its overlay and the sheets

class Beam {
  readonly group = new Group();
  private readonly line = new Mesh(
    new BoxGeometry(0.003, 0.003, 1),
    new MeshBasicMaterial({ color: colors.ink, transparent: true, opacity: 0.5 }),
  );
  private readonly cursor = new Group();

  constructor() {
    // Light in dark, so that it is seen on any picture; on top of everything, as it lies on the board's plane.
    for (const [inner, outer, color] of [
      [0.005, 0.013, colors.darkInk],
      [0.007, 0.011, colors.ink],
    ] as const) {
      const ring = new Mesh(
        new RingGeometry(inner, outer, 24),
        new MeshBasicMaterial({ color, transparent: true, depthTest: false }),
      );
      ring.renderOrder = onTop;
      this.cursor.add(ring);
    }
    this.line.renderOrder = onTop;
    this.group.add(this.line, this.cursor);
  }
  /** A gaze has no line: it would begin in the eye. */
  show({ source, ray }: Hand, metres: number | null): void {
    this.group.visible = ray !== null;
    if (!ray) return;
    const length = metres ?? freeRayMetres;
    this.group.position.copy(ray.origin);
    this.group.lookAt(ray.origin.clone().add(ray.direction));
    this.line.visible = source.targetRayMode === 'tracked-pointer';
    this.line.scale.z = length;
    this.line.position.z = length / 2;
    this.cursor.visible = metres !== null;
    this.cursor.position.z = length;
    this.cursor.rotation.y = Math.PI; // towards the wearer
  }
  dispose(): void {
    this.group.removeFromParent();
    this.group.traverse((each) => {
      if (!(each instanceof Mesh)) return;
      each.geometry.dispose();
      (each.material as MeshBasicMaterial).dispose();
    });
  }
}

export class Hands {
  readonly group = new Group();
  private readonly hands = new Map<XRInputSource, { hand: Hand; beam: Beam }>();

  constructor(
    session: XRSession,
    private readonly space: () => XRReferenceSpace | null,
    private readonly touch: Touch,
  ) {
    session.addEventListener('selectstart', ({ frame, inputSource }) => {
      const { hand } = this.of(inputSource);
      hand.ray = this.rayOf(inputSource, frame); // where it was pinched, not where it is drawn next
      touch.start(hand);
    });
    session.addEventListener('selectend', ({ inputSource }) => touch.end(this.of(inputSource).hand));
    session.addEventListener('inputsourceschange', ({ removed }) => {
      for (const source of removed) this.forget(source);
    });
  }
  update(frame: XRFrame): void {
    for (const source of frame.session.inputSources) {
      const { hand, beam } = this.of(source);
      hand.ray = this.rayOf(source, frame);
      beam.show(hand, this.touch.move(hand));
    }
  }
  dispose(): void {
    for (const source of [...this.hands.keys()]) this.forget(source);
  }

  private of(source: XRInputSource): { hand: Hand; beam: Beam } {
    let known = this.hands.get(source);
    if (!known) {
      known = { hand: { source, ray: null }, beam: new Beam() };
      this.hands.set(source, known);
      this.group.add(known.beam.group);
    }
    return known;
  }
  private forget(source: XRInputSource): void {
    const known = this.hands.get(source);
    if (!known) return;
    known.hand.ray = null;
    this.touch.end(known.hand);
    known.beam.dispose();
    this.hands.delete(source);
  }
  private rayOf(source: XRInputSource, frame: XRFrame): Ray | null {
    const space = this.space();
    const pose = space && frame.getPose(source.targetRaySpace, space);
    if (!pose) return null;
    const matrix = new Matrix4().fromArray(pose.transform.matrix);
    return {
      origin: new Vector3().setFromMatrixPosition(matrix),
      direction: new Vector3(0, 0, -1).transformDirection(matrix),
    };
  }
}
