// The session in AR glasses: a chunk of its own, loaded when somebody enters. Here is who talks to whom.
import {
  ColorManagement,
  LinearSRGBColorSpace,
  Matrix4,
  PerspectiveCamera,
  Quaternion,
  Scene,
  Vector3,
  WebGLRenderer,
} from 'three';
import type { States } from './freshness.ts';
import { Board } from './glasses_board.ts';
import { Hands } from './glasses_hands.ts';
import { Place, type Head } from './glasses_place.ts';
import { BoardTouch } from './glasses_touch.ts';
import type { Modality, Stamp } from './stamp.ts';

/** What the glasses see of the page. Everything stays the page's; the glasses draw and point. */
export interface GlassesSession {
  /** Plays the picture as it comes. Rows below `stamp().canvas` are in-picture codes, not to be shown. */
  readonly video: HTMLVideoElement;
  /** State, age and what covers the picture that is not live: repainted 10 times a second also without pictures.
   *  It has the aspect of the canvas and lies over it exactly. It must be shown wherever the video is. */
  readonly overlay: HTMLCanvasElement;
  /** Of the picture shown now, times on this page's clock; nothing before the first. */
  stamp(): Stamp | null;
  /** The page's judgement at this instant; nothing when this browser cannot read stamps. */
  states(): States | null;
  /** Moves this participant's pointer, in shares of the modality's image; paced by the page. */
  point(at: { modality: Modality; x: number; y: number } | null): void;
  /** A pen stroke, in shares of that image; 2 points at least. Only when `mayDraw`. */
  readonly mayDraw: boolean;
  draw(modality: Modality, points: [number, number][]): void;
  /** The glasses have been taken off, or AR has ended. */
  ended(): void;
}

const noAr = 'This browser has no AR; open the link in the glasses’ own browser.';
// Additive displays such as HoloLens offer no `immersive-ar`: there black is clear glass.
const modes: XRSessionMode[] = ['immersive-ar', 'immersive-vr'];

/** Starts AR. Rejects with a sentence for the user when it cannot. */
export async function enter_glasses(session: GlassesSession): Promise<void> {
  const { xr } = navigator;
  const supported = await Promise.all(modes.map((mode) => xr?.isSessionSupported(mode).catch(() => false)));
  const mode = modes.find((_, i) => supported[i]);
  if (!xr || !mode) throw new Error(noAr);
  const renderer = rendererOrWhy();
  let worn: XRSession | null = null;
  try {
    worn = await xr.requestSession(mode, { optionalFeatures: ['hand-tracking'] });
    wear(session, renderer, worn);
    await renderer.xr.setSession(worn);
  } catch (error) {
    if (worn) await worn.end().catch(() => undefined);
    else renderer.dispose();
    throw new Error(`AR did not start: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function rendererOrWhy(): WebGLRenderer {
  // Colours go through as they come: blending then looks as on the page.
  ColorManagement.enabled = false;
  try {
    const renderer = new WebGLRenderer({ alpha: true, antialias: true });
    renderer.outputColorSpace = LinearSRGBColorSpace;
    renderer.setClearColor(0, 0);
    return renderer;
  } catch {
    throw new Error('This browser cannot draw for the glasses: it has no WebGL.');
  }
}

/** From here on until the session ends. */
function wear(session: GlassesSession, renderer: WebGLRenderer, worn: XRSession): void {
  const scene = new Scene();
  const camera = new PerspectiveCamera(60, 1, 0.05, 20);
  const place = new Place();
  const board = new Board(
    session,
    { following: true, drawing: false, mayDraw: session.mayDraw },
    () => worn.environmentBlendMode === 'additive',
  );
  const touch = new BoardTouch(session, board, place, () => void worn.end().catch(() => undefined));
  const hands = new Hands(worn, () => renderer.xr.getReferenceSpace(), touch);
  scene.add(board.group, hands.group);

  renderer.xr.enabled = true;
  renderer.xr.setReferenceSpaceType('local');
  renderer.xr.setFoveation(0); // words at the edge are words too
  let space: XRReferenceSpace | null = null;
  const turn = (nowMs: number, frame?: XRFrame) => {
    if (!frame) return;
    if (space !== renderer.xr.getReferenceSpace()) {
      space = renderer.xr.getReferenceSpace();
      space?.addEventListener('reset', () => place.again());
    }
    const head = headOf(frame, space);
    if (head) {
      touch.head = head;
      place.update(head, nowMs);
      board.hang(place.position, place.quaternion);
    }
    hands.update(frame);
    if (touch.carrying) board.hang(place.position, place.quaternion);
    touch.moved();
    board.update(nowMs);
    renderer.render(scene, camera);
  };
  renderer.setAnimationLoop(turn);
  worn.addEventListener(
    'end',
    () => {
      renderer.setAnimationLoop(null);
      session.point(null);
      hands.dispose();
      board.dispose();
      renderer.dispose();
      session.ended();
    },
    { once: true },
  );
}

/** Nothing while the glasses do not know where they are. */
function headOf(frame: XRFrame, space: XRReferenceSpace | null): Head | null {
  const pose = space && frame.getViewerPose(space);
  if (!pose) return null;
  const [position, quaternion] = [new Vector3(), new Quaternion()];
  new Matrix4().fromArray(pose.transform.matrix).decompose(position, quaternion, new Vector3());
  return { position, quaternion };
}
