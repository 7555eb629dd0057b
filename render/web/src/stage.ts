// The picture on the page: the video, what is held when frozen, and the overlay that says what it is. The overlay is
// repainted with every picture and ten times a second without any.
import { burntIn } from './burnt_in.ts';
import { drawAgeUnknown, drawCover } from './cover.ts';
import type { Drawings } from './drawings.ts';
import type { States } from './freshness.ts';
import { stateNames } from './modality_freshness.ts';
import { colors, Surface } from './paint.ts';
import { imageOf, placeAt, type Place } from './places.ts';
import { Panel, type Freeze } from './panel.ts';
import { isEmpty, type Modality, type Rect, type Stamp } from './stamp.ts';
import type { View } from './view.ts';
import { Watchdog } from './watchdog.ts';
import { duration, titles } from './words.ts';

const repaintMs = 100;
/** Where pictures come faster, what stands over them follows at this pace: painting it costs more than the picture. */
const pictureMs = 66;
const stampsDueUs = 500_000;
const silentUs = 1_000_000;
const widestCanvas = 2560;
const usualCanvas: Rect = { x: 0, y: 0, width: 1280, height: 720 };

interface Held extends Freeze {
  stamp: Stamp;
}

export class Stage {
  color = colors.ink as string;
  serverReached = true;
  /** What is being drawn right now, above the drawings. */
  paintTool: (on: Surface) => void = () => undefined;

  private readonly panel = new Panel();
  private readonly watchdog: Watchdog;
  private readonly startedUs = performance.now() * 1000;
  private held: Held | null = null;
  private dirty = true;
  private newPicture = false;
  private paintedMs = 0;
  private said = '';
  private fitted = '';
  private played = 0;
  private playedUs = -Infinity;

  constructor(
    private readonly view: View,
    private readonly parts: {
      stage: HTMLElement;
      picture: HTMLElement;
      video: HTMLVideoElement;
      held: HTMLCanvasElement;
      overlay: HTMLCanvasElement;
      states: HTMLElement;
      halted: HTMLElement;
    },
    private readonly drawings: Drawings,
  ) {
    this.watchdog = new Watchdog(parts.halted);
    view.onShown = ({ annotationRevision }) => {
      drawings.shown(annotationRevision);
      this.newPicture = true;
    };
    // At once: a canvas that has a new size is empty, and the picture must not be seen without it.
    const resized = () => {
      this.fit();
      this.paint(performance.now());
    };
    new ResizeObserver(resized).observe(parts.stage);
    parts.video.addEventListener('resize', resized);
    const turn = () => {
      requestAnimationFrame(turn);
      const nowMs = performance.now();
      const since = nowMs - this.paintedMs;
      if (this.dirty || (this.newPicture && since >= pictureMs - 8) || since >= repaintMs - 8) this.paint(nowMs);
    };
    turn();
    // Browsers stop a page's animation frames while it is worn in glasses; its overlay is seen there.
    setInterval(() => {
      const nowMs = performance.now();
      if (nowMs - this.paintedMs > 1.5 * repaintMs) this.paint(nowMs);
    }, repaintMs);
  }

  get frozen(): boolean {
    return this.held !== null;
  }
  /** Of the picture that is seen: the held one while frozen. */
  get stamp(): Stamp | null {
    return this.held?.stamp ?? this.view.stamp;
  }
  repaint(): void {
    this.dirty = true;
  }
  /** Holds this page's picture. The live one goes on behind. False when there is none. */
  freeze(): boolean {
    const { stamp } = this.view;
    const context = this.parts.held.getContext('2d');
    if (!stamp || !context) return false;
    const { canvas } = stamp;
    this.parts.held.width = canvas.width;
    this.parts.held.height = canvas.height;
    context.drawImage(
      this.parts.video,
      canvas.x,
      canvas.y,
      canvas.width,
      canvas.height,
      0,
      0,
      canvas.width,
      canvas.height,
    );
    const nowUs = performance.now() * 1000;
    this.held = { stamp, sinceUs: nowUs, overlayTrusted: this.view.judge(nowUs).fusion.trusted };
    this.parts.held.hidden = false;
    this.dirty = true;
    return true;
  }
  unfreeze(): void {
    this.held = null;
    this.parts.held.hidden = true;
    this.dirty = true;
  }
  /** What lies under that point of the window. */
  placeAt(clientX: number, clientY: number): Place | null {
    const box = this.parts.overlay.getBoundingClientRect();
    if (!this.stamp || box.width === 0) return null;
    return placeAt(this.stamp, (clientX - box.left) / box.width, (clientY - box.top) / box.height);
  }
  /** Where a modality's image stands on the overlay, in its pixels. */
  imageOf(modality: Modality): Rect | null {
    return this.stamp && imageOf(this.stamp, modality, this.parts.overlay.width / this.stamp.canvas.width);
  }
  /** As it is seen now: picture, states, ages, and the time burnt in. */
  snapshot(): Promise<Blob | null> {
    const { overlay, video, held } = this.parts;
    const canvas = this.stamp?.canvas ?? usualCanvas;
    const nowMs = performance.now();
    this.paint(nowMs);
    return burntIn(
      this.held ? held : video,
      this.held ? { ...canvas, x: 0, y: 0 } : canvas,
      overlay,
      this.sayStates(nowMs * 1000),
    );
  }

  /** The picture as large as the stage allows; the rows of the in-picture codes stay outside. */
  private fit(): void {
    const { stage, picture, video, overlay } = this.parts;
    const canvas = this.stamp?.canvas ?? usualCanvas;
    const scale = Math.min(stage.clientWidth / canvas.width, stage.clientHeight / canvas.height);
    const [width, height] = [Math.floor(canvas.width * scale), Math.floor(canvas.height * scale)];
    if (width <= 0) return;
    picture.style.width = `${width}px`;
    picture.style.height = `${height}px`;
    video.style.width = `${((video.videoWidth || canvas.width) / canvas.width) * 100}%`;
    video.style.height = `${((video.videoHeight || canvas.height) / canvas.height) * 100}%`;
    const density = Math.min(devicePixelRatio, widestCanvas / width);
    overlay.width = Math.round(width * density);
    overlay.height = Math.round(height * density);
    this.fitted = `${canvas.width}x${canvas.height}`;
  }

  private paint(nowMs: number): void {
    const { overlay, video } = this.parts;
    const context = overlay.getContext('2d');
    if (!context) return;
    const { stamp } = this;
    if (stamp && this.fitted !== `${stamp.canvas.width}x${stamp.canvas.height}`) this.fit();
    this.dirty = this.newPicture = false;
    this.paintedMs = nowMs;
    const nowUs = nowMs * 1000;
    const played = video.getVideoPlaybackQuality().totalVideoFrames;
    if (played !== this.played) this.playedUs = nowUs;
    this.played = played;
    context.clearRect(0, 0, overlay.width, overlay.height);
    const on = new Surface(context, overlay.width, overlay.height, overlay.width / Math.max(1, overlay.clientWidth));
    if (!stamp) {
      this.paintWithoutStamp(on, nowUs);
    } else {
      this.drawings.paint(on, (modality) => this.imageOf(modality), this.color, nowUs);
      this.paintTool(on);
      this.panel.draw(on, {
        stamp,
        states: this.view.judge(nowUs),
        freeze: this.held,
        nowUs,
        wallClock: new Date(),
        latency: (modality) => this.view.latency.newest(modality),
      });
    }
    this.watchdog.alive();
    const said = this.sayStates(nowUs);
    if (said === this.said) return;
    this.said = said;
    this.parts.states.textContent = said;
    overlay.setAttribute('aria-label', `State of the picture: ${said}`);
  }
  private paintWithoutStamp(on: Surface, nowUs: number): void {
    const moving = nowUs - this.playedUs < silentUs;
    const { reading, paintedUs, counts } = this.view;
    if (moving && reading === 'none') drawAgeUnknown(on, 'this browser cannot read it');
    else if (moving && paintedUs !== null && nowUs - this.startedUs > stampsDueUs && counts.shown > 15)
      drawAgeUnknown(
        on,
        counts.received > 0
          ? 'the picture carries no stamp'
          : reading === 'data channel'
            ? 'no stamp comes with it'
            : 'this browser cannot read it',
      );
    else
      drawCover(
        on,
        this.serverReached ? 'WAITING FOR PICTURE' : 'WAITING FOR SERVER',
        'NO SIGNAL',
        `for ${duration(nowUs - this.startedUs)}`,
        colors.grey,
      );
  }
  /** For whoever hears the page instead of seeing it, and for the snapshot's line. */
  sayStates(nowUs: number): string {
    const { stamp } = this;
    if (!stamp) return this.view.paintedUs === null ? 'no picture yet' : 'age unknown';
    const states: States = this.view.judge(nowUs);
    const each = stamp.sources.map(({ header }) => {
      const word = this.held ? 'FROZEN' : stateNames[states.modality[header.modality].state];
      return `${titles[header.modality]} ${word}`;
    });
    if (states.fusion.both && !isEmpty(stamp.overlay) && !(this.held?.overlayTrusted ?? states.fusion.trusted))
      each.push('OVERLAY HIDDEN');
    return each.join(', ');
  }
}
