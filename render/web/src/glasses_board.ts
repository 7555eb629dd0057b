// Everything that hangs before the wearer, on one plane: vitals, picture, states, buttons. And what a ray meets there.
import { Group, Mesh, MeshBasicMaterial, PlaneGeometry, Quaternion, Vector3 } from 'three';
import { stateOrder, type States } from './freshness.ts';
import type { GlassesSession } from './glasses.ts';
import { Buttons, type Modes } from './glasses_buttons.ts';
import { Picture } from './glasses_picture.ts';
import type { Ray } from './glasses_place.ts';
import { Sheet } from './glasses_sheet.ts';
import { StateBar } from './glasses_states.ts';
import { colors, stateColors } from './paint.ts';
import type { Stamp } from './stamp.ts';

export type Part = 'picture' | 'buttons' | 'rest';
/** Shares of the part, from its upper left corner; `point` in the room. */
export interface Hit {
  part: Part;
  across: number;
  down: number;
  point: Vector3;
  distance: number;
}
interface Place {
  part: Part;
  x: number;
  y: number;
  width: number;
  height: number;
} // middle and size, metres

export const firstWidth = 0.9;
const [leastWidth, mostWidth] = [0.4, 2];
const gap = 0.018;
const rim = 0.008; // in the colour of the worst state

function worstColor(stamp: Stamp | null, states: States | null): string {
  if (!stamp || !states || stamp.sources.length === 0) return colors.amber;
  const rank = stamp.sources.map(({ header }) => stateOrder.indexOf(states.modality[header.modality].state));
  return stateColors[stateOrder[Math.max(...rank)] ?? 'lost'];
}

export class Board {
  readonly group = new Group();
  readonly picture: Picture;
  readonly buttons: Buttons;
  private readonly states: StateBar;
  private readonly vitals = new Sheet(firstWidth * 1000, 44); // room for what the monitor will say
  private readonly rim = new Mesh(new PlaneGeometry(1, 1), new MeshBasicMaterial());
  private places: Place[] = [];
  private size = firstWidth;

  constructor(
    private readonly session: GlassesSession,
    modes: Modes,
    additive: () => boolean,
  ) {
    this.picture = new Picture(session);
    this.buttons = new Buttons(modes);
    this.states = new StateBar(additive);
    this.states.onSheet = () => this.group.add(this.states.sheet.mesh);
    this.vitals.paint((on) => {
      on.fill({ x: 0, y: 0, width: on.width, height: on.height }, colors.bar);
      on.write(14, on.height / 2, 'VITALS: none connected', 20, colors.quiet);
    });
    this.rim.position.z = -0.002;
    this.group.add(this.rim, this.picture.group, this.states.sheet.mesh, this.buttons.sheet.mesh, this.vitals.mesh);
    this.group.visible = false;
  }
  get width(): number {
    return this.size;
  }
  resize(width: number): void {
    this.size = Math.min(mostWidth, Math.max(leastWidth, width));
  }
  update(nowMs: number): void {
    const [stamp, states] = [this.session.stamp(), this.session.states()];
    this.picture.update(nowMs);
    this.states.update(stamp, states, nowMs);
    this.rim.material.color.set(worstColor(stamp, states));
    this.arrange();
  }
  meet({ origin, direction }: Ray): Hit | null {
    const back = this.group.quaternion.clone().invert();
    const from = origin.clone().sub(this.group.position).applyQuaternion(back);
    const along = direction.clone().applyQuaternion(back);
    if (from.z <= 0 || along.z >= 0) return null; // from behind, or away
    const distance = -from.z / along.z;
    const { x, y } = from.addScaledVector(along, distance);
    for (const place of this.places) {
      const across = (x - place.x) / place.width + 0.5;
      const down = 0.5 - (y - place.y) / place.height;
      if (across >= 0 && across <= 1 && down >= 0 && down <= 1)
        return { part: place.part, across, down, distance, point: origin.clone().addScaledVector(direction, distance) };
    }
    return null;
  }
  hang(position: Vector3, quaternion: Quaternion): void {
    this.group.position.copy(position);
    this.group.quaternion.copy(quaternion);
    this.group.visible = true;
  }
  dispose(): void {
    for (const part of [
      this.picture,
      this.buttons.sheet,
      this.states.sheet,
      this.vitals,
      this.rim.material,
      this.rim.geometry,
    ])
      part.dispose();
  }

  /** The picture takes any size; words and buttons grow with it and never become smaller than they are made. */
  private arrange(): void {
    const { picture, size } = this;
    const height = size * picture.aspect;
    const scale = Math.max(1, size / firstWidth);
    picture.group.scale.setScalar(size);
    this.rim.scale.set(size + 2 * rim, height + 2 * rim, 1);
    this.places = [{ part: 'picture', x: 0, y: 0, width: size, height }];
    let y = -height / 2;
    const put = (part: Part, sheet: Sheet, up: number) => {
      const [wide, high] = [(sheet.widthMm * scale) / 1000, (sheet.heightMm * scale) / 1000];
      y += up * (gap + high / 2);
      this.places.push({ part, x: 0, y, width: wide, height: high });
      sheet.mesh.position.y = y;
      sheet.mesh.scale.setScalar(scale);
      y += (up * high) / 2;
    };
    put('rest', this.states.sheet, -1);
    put('buttons', this.buttons.sheet, -1);
    y = height / 2;
    put('rest', this.vitals, 1);
  }
}
