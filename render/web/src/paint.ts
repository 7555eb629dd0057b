// The hand of the overlay: its colours, its sizes for this canvas, and the few shapes it is made of.
import type { State } from './modality_freshness.ts';
import type { Rect } from './stamp.ts';

export const colors = {
  ground: '#0d1014',
  bar: '#181c22',
  edge: '#3a424c',
  ink: '#eef2f5',
  quiet: '#96a0aa',
  darkInk: '#0a0c0e',
  green: '#3ecf7a',
  amber: '#ffb81c',
  orange: '#ff8820',
  grey: '#c4cbd1',
  steel: '#7ea0be',
  blue: '#52a0ff',
} as const;

/** Red is left to alarms of high priority. The word stands beside every colour. */
export const stateColors: Record<State, string> = {
  live: colors.green,
  late: colors.amber,
  still: colors.amber,
  xray_off: colors.steel,
  stale: colors.orange,
  lost: colors.grey,
};

/** Everybody's colour, by the index that share gives. */
export const palette = ['#ffd166', '#4cc9f0', '#f72585', '#80ed99', '#ff9f1c', '#b388ff', '#ffffff', '#ff6b6b'];
export const personColor = (index: number): string => palette[index % palette.length] ?? '#ffffff';

export type Align = 'left' | 'center' | 'right';
type Context = CanvasRenderingContext2D;

/** A surface whose sizes are meant for 720 lines, and never too small to read. */
export class Surface {
  readonly scale: number;
  constructor(
    readonly on: Context,
    readonly width: number,
    readonly height: number,
    private readonly pixelsPerCssPixel: number,
  ) {
    this.scale = height / 720;
  }
  px(size: number): number {
    return Math.max(1, Math.round(size * this.scale));
  }
  /** As px, but at least that many CSS pixels: a phone is nearer, not sharper. */
  legible(size: number, leastCss: number): number {
    return Math.max(this.px(size), Math.round(leastCss * this.pixelsPerCssPixel));
  }
  private font(height: number, bold: boolean): void {
    this.on.font = `${bold ? 600 : 400} ${height}px system-ui, "DejaVu Sans", sans-serif`;
  }
  widthOf(words: string, height: number, bold = true): number {
    this.font(height, bold);
    return this.on.measureText(words).width;
  }
  /** The largest height up to `height` at which the words fit into `width`. */
  fitting(words: string, height: number, width: number): number {
    const needs = this.widthOf(words, height);
    return needs <= width ? height : Math.max(8, Math.floor((height * width) / needs));
  }
  /** One line of text, capitals centred on `centerY`; returns its width. */
  write(
    x: number,
    centerY: number,
    words: string,
    height: number,
    color: string,
    align: Align = 'left',
    bold = true,
  ): number {
    const width = this.widthOf(words, height, bold);
    this.on.fillStyle = color;
    this.on.textAlign = align;
    this.on.textBaseline = 'alphabetic';
    this.on.fillText(words, x, centerY + height * 0.365);
    return width;
  }
  fill(where: Rect, color: string, opacity = 1): void {
    this.on.globalAlpha = opacity;
    this.on.fillStyle = color;
    this.on.fillRect(where.x, where.y, where.width, where.height);
    this.on.globalAlpha = 1;
  }
  frame(where: Rect, color: string, thick: number): void {
    this.on.strokeStyle = color;
    this.on.lineWidth = thick;
    this.on.strokeRect(where.x + thick / 2, where.y + thick / 2, where.width - thick, where.height - thick);
  }
  /** Keeps that much of the brightness. */
  dim(where: Rect, brightness: number): void {
    this.fill(where, '#000', 1 - brightness);
  }
  /** Diagonal stripes that hang on the picture: neighbours join. */
  hatch(where: Rect, color: string, opacity: number): void {
    const { on } = this;
    const period = this.px(32);
    on.save();
    on.beginPath();
    on.rect(where.x, where.y, where.width, where.height);
    on.clip();
    on.globalAlpha = opacity;
    on.strokeStyle = color;
    on.lineWidth = this.px(9);
    on.beginPath();
    const first = Math.floor((where.x - where.height) / period) * period;
    for (let x = first; x < where.x + where.width + where.height; x += period) {
      on.moveTo(x, where.y + where.height);
      on.lineTo(x + where.height, where.y);
    }
    on.stroke();
    on.restore();
  }
  badgeWidth(words: string, height: number): number {
    return this.widthOf(words, height) + height;
  }
  /** Dark words on a coloured pill; returns its width. */
  badge(x: number, centerY: number, words: string, height: number, color: string): number {
    const width = this.badgeWidth(words, height);
    const radius = height * 0.62;
    this.on.fillStyle = color;
    this.on.beginPath();
    this.on.roundRect(x, centerY - radius, width, 2 * radius, radius);
    this.on.fill();
    this.write(x + width / 2, centerY, words, height, colors.darkInk, 'center');
    return width;
  }
  /** Two lines in the middle of `where`, on a dark band; `small` may be empty. */
  notice(where: Rect, big: string, small: string, color: string): void {
    const room = where.width * 0.9;
    const bigHeight = Math.min(this.fitting(big, this.legible(60, 26), room), Math.max(8, where.height / 4));
    const smallHeight = Math.min(this.fitting(small, this.legible(30, 15), room), bigHeight);
    const gap = bigHeight * 0.4;
    const inner = small === '' ? bigHeight : bigHeight + gap + smallHeight;
    const band = Math.min(inner + 2 * gap, where.height);
    const top = where.y + (where.height - band) / 2;
    this.fill({ ...where, y: top, height: band }, colors.ground, 0.82);
    const middle = where.x + where.width / 2;
    const first = top + (band - inner) / 2 + bigHeight / 2;
    this.write(middle, first, big, bigHeight, color, 'center');
    if (small !== '')
      this.write(
        middle,
        first + bigHeight / 2 + gap + smallHeight / 2,
        small,
        smallHeight,
        colors.ink,
        'center',
        false,
      );
  }
  /** A line at the lower edge of `where`. */
  chip(where: Rect, words: string, color: string): void {
    const height = this.fitting(words, this.legible(30, 15), where.width * 0.9);
    const band = height * 1.6;
    this.fill({ x: where.x, y: where.y + where.height - band, width: where.width, height: band }, colors.ground, 0.82);
    this.write(where.x + where.width / 2, where.y + where.height - band / 2, words, height, color, 'center');
  }
  /** A clock hand that turns once a second with the *source's* time: a held source holds it. */
  dial(centerX: number, centerY: number, radius: number, sourceUs: number | null, color: string): void {
    const { on } = this;
    on.beginPath();
    on.arc(centerX, centerY, radius - this.px(1), 0, 7);
    on.fillStyle = colors.ground;
    on.fill();
    on.strokeStyle = colors.edge;
    on.lineWidth = this.px(2);
    on.stroke();
    if (sourceUs === null) return;
    const angle = ((sourceUs % 1e6) * 2e-6 - 0.5) * Math.PI;
    on.beginPath();
    on.moveTo(centerX, centerY);
    on.lineTo(centerX + Math.cos(angle) * (radius - this.px(4)), centerY + Math.sin(angle) * (radius - this.px(4)));
    on.strokeStyle = color;
    on.lineWidth = this.px(4);
    on.lineCap = 'round';
    on.stroke();
  }
}
