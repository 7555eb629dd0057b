// A flat sheet with something written on it. Written in millimetres; hung in metres.
import { CanvasTexture, LinearMipmapLinearFilter, Mesh, MeshBasicMaterial, PlaneGeometry } from 'three';
import { Surface } from './paint.ts';

/** 21 a degree at arm's length (0.6 m): about what a headset resolves. */
const pixelsPerMm = 2;

export class Sheet {
  readonly mesh: Mesh<PlaneGeometry, MeshBasicMaterial>;
  private readonly canvas = document.createElement('canvas');
  private readonly texture: CanvasTexture;
  private readonly on: Surface;

  constructor(
    readonly widthMm: number,
    readonly heightMm: number,
  ) {
    this.canvas.width = Math.round(widthMm * pixelsPerMm);
    this.canvas.height = Math.round(heightMm * pixelsPerMm);
    const context = this.canvas.getContext('2d');
    if (!context) throw new Error('This browser cannot draw for the glasses.');
    context.scale(pixelsPerMm, pixelsPerMm);
    this.on = new Surface(context, widthMm, heightMm, 1);
    this.texture = new CanvasTexture(this.canvas);
    this.texture.minFilter = LinearMipmapLinearFilter;
    this.texture.anisotropy = 4;
    this.mesh = new Mesh(
      new PlaneGeometry(widthMm / 1000, heightMm / 1000),
      new MeshBasicMaterial({ map: this.texture, transparent: true, depthWrite: false }),
    );
  }
  paint(draw: (on: Surface) => void): void {
    this.on.on.clearRect(0, 0, this.widthMm, this.heightMm);
    draw(this.on);
    this.texture.needsUpdate = true;
  }
  dispose(): void {
    this.texture.dispose();
    this.mesh.material.dispose();
    this.mesh.geometry.dispose();
  }
}

/** One line, capitals `height` × 0.7 high whatever the room: it becomes narrower, never smaller. */
export function squeezed(
  surface: Surface,
  x: number,
  centerY: number,
  words: string,
  height: number,
  room: number,
  color: string,
): void {
  const { on } = surface;
  on.save();
  on.translate(x, 0);
  on.scale(Math.min(1, room / surface.widthOf(words, height)), 1);
  surface.write(0, centerY, words, height, color, 'center');
  on.restore();
}
