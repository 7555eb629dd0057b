// The fused picture with the page's overlay on it: two textures on the same place, nothing of the picture's own below.
import {
  CanvasTexture,
  LinearMipmapLinearFilter,
  Group,
  Mesh,
  MeshBasicMaterial,
  PlaneGeometry,
  VideoTexture,
} from 'three';
import { mostPoints, paintDrawing } from './drawings.ts';
import type { GlassesSession } from './glasses.ts';
import { Sheet } from './glasses_sheet.ts';
import { colors } from './paint.ts';
import { placeAt } from './places.ts';
import { emptyRect, isEmpty, type Modality, type Rect } from './stamp.ts';

export interface Spot {
  modality: Modality;
  x: number;
  y: number;
}
type Point = [number, number];

const repaintMs = 100; // of the overlay: as often as the page at least
const inkMm = 500; // spread over the picture: 1000 pixels across are enough for a pen
const leastStep = 0.003; // of the image: a stroke needs no more points than the eye sees

export class Picture {
  readonly group = new Group(); // one metre wide
  private readonly video: VideoTexture;
  private readonly overlay: CanvasTexture;
  private readonly meshes: Mesh<PlaneGeometry, MeshBasicMaterial>[];
  private ink: Sheet | null = null; // what is being drawn right now
  private overlaySize = '';
  private repaintedMs = -Infinity;
  private stroke: { modality: Modality; points: Point[] } | null = null;

  constructor(private readonly session: GlassesSession) {
    this.video = new VideoTexture(session.video);
    this.overlay = new CanvasTexture(session.overlay);
    this.overlay.minFilter = LinearMipmapLinearFilter;
    this.overlay.anisotropy = 4;
    const plane = (material: MeshBasicMaterial) => new Mesh(new PlaneGeometry(1, 1), material);
    this.meshes = [
      plane(new MeshBasicMaterial({ map: this.video })),
      plane(new MeshBasicMaterial({ map: this.overlay, transparent: true, depthTest: false, depthWrite: false })),
    ];
    this.meshes.forEach((mesh, i) => (mesh.renderOrder = i));
    this.group.add(...this.meshes);
  }
  /** Height over width. */
  get aspect(): number {
    return this.canvas.height / this.canvas.width;
  }
  update(nowMs: number): void {
    const {
      canvas,
      session: { video, overlay },
    } = this;
    for (const mesh of this.meshes) mesh.scale.y = this.aspect;
    if (video.videoWidth > 0) {
      // Half a pixel within: what is read between two rows must not be of the codes below.
      const [width, height] = [video.videoWidth, video.videoHeight];
      this.video.repeat.set((canvas.width - 1) / width, (canvas.height - 1) / height);
      this.video.offset.set((canvas.x + 0.5) / width, 1 - (canvas.y + canvas.height - 0.5) / height);
    }
    if (nowMs - this.repaintedMs < repaintMs || overlay.width === 0) return;
    this.repaintedMs = nowMs;
    const size = `${overlay.width}x${overlay.height}`;
    if (size !== this.overlaySize) this.overlay.dispose(); // a texture keeps the size it was made with
    this.overlaySize = size;
    this.overlay.needsUpdate = true;
  }
  /** What lies at these shares of the picture, from its upper left corner. */
  spotAt(across: number, down: number): Spot | null {
    const stamp = this.session.stamp();
    return stamp && placeAt(stamp, across, down);
  }

  draw({ modality, x, y }: Spot): void {
    this.stroke ??= { modality, points: [] };
    const { points } = this.stroke;
    const last = points.at(-1);
    if (this.stroke.modality !== modality || (last && Math.hypot(x - last[0], y - last[1]) < leastStep)) return;
    points.push([x, y]);
    this.paintInk();
    if (points.length < mostPoints) return;
    this.lift();
    this.stroke = { modality, points: [[x, y]] };
  }
  lift(): void {
    if (this.stroke && this.stroke.points.length > 1) this.session.draw(this.stroke.modality, this.stroke.points);
    this.stroke = null; // from here on it is the page's drawing
    this.wipeInk();
  }
  dispose(): void {
    this.video.dispose();
    this.overlay.dispose();
    this.wipeInk();
    for (const { geometry, material } of this.meshes) {
      geometry.dispose();
      material.dispose();
    }
  }

  /** Without a stamp the overlay tells the shape: it lies over the canvas exactly. */
  private get canvas(): Rect {
    const { video, overlay } = this.session;
    const stamp = this.session.stamp();
    if (stamp && !isEmpty(stamp.canvas)) return stamp.canvas;
    const width = video.videoWidth || 16;
    const height = overlay.width > 0 ? (width * overlay.height) / overlay.width : (width * 9) / 16;
    return { ...emptyRect, width, height: Math.min(height, video.videoHeight || height) };
  }
  private paintInk(): void {
    const { stroke } = this;
    const stamp = this.session.stamp();
    const image = stamp?.sources.find(({ header }) => header.modality === stroke?.modality)?.image;
    if (!stroke || !stamp || !image || stroke.points.length < 2) return;
    if (!this.ink) {
      this.ink = new Sheet(inkMm, inkMm * this.aspect);
      this.ink.mesh.scale.setScalar(1000 / inkMm);
      this.ink.mesh.renderOrder = this.meshes.length;
      this.ink.mesh.material.depthTest = false;
      this.group.add(this.ink.mesh);
    }
    const [across, down] = [this.ink.widthMm / stamp.canvas.width, this.ink.heightMm / stamp.canvas.height];
    const place = { x: image.x * across, y: image.y * down, width: image.width * across, height: image.height * down };
    this.ink.paint((on) => paintDrawing(on, { kind: 'stroke', ...stroke, text: '' }, place, colors.ink));
  }
  private wipeInk(): void {
    this.ink?.mesh.removeFromParent();
    this.ink?.dispose();
    this.ink = null;
  }
}
