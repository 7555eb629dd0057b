// What this participant has drawn and the server does not show yet: the page shows it until the stamp says that it does.
import type { DrawingKind, Point, ToShare } from './messages.ts';
import { colors, type Surface } from './paint.ts';
import type { Modality, Rect } from './stamp.ts';

export interface Drawing {
  kind: DrawingKind;
  modality: Modality;
  points: Point[];
  text: string;
}
interface Own extends Drawing {
  ref: number;
  sentUs: number;
  revision: number | null;
}

const patienceUs = 5_000_000;
export const mostPoints = 256;

/** Every second one goes when they are too many; the ends stay. */
export function thinned(points: Point[]): Point[] {
  let kept = points;
  while (kept.length > mostPoints) kept = kept.filter((_, i) => i % 2 === 0 || i === kept.length - 1);
  return kept;
}

export class Drawings {
  private own: Own[] = [];
  private refs = 0;
  onLost: (why: string) => void = () => undefined;

  constructor(private readonly send: (message: ToShare) => boolean) {}

  add(drawing: Drawing, sequence: number, nowUs: number): void {
    const ref = ++this.refs;
    const round = (share: number) => Math.round(Math.min(1, Math.max(0, share)) * 1e5) / 1e5;
    const points = thinned(drawing.points).map(([x, y]): Point => [round(x), round(y)]);
    if (!this.send({ type: 'draw', ref, ...drawing, points, sequence })) {
      this.onLost('Not drawn: there is no connection to the room.');
      return;
    }
    this.own.push({ ...drawing, points, ref, sentUs: nowUs, revision: null });
  }
  undo(): void {
    this.own.pop();
    this.send({ type: 'undo' });
  }
  clear(whose: 'mine' | 'all'): void {
    this.own = [];
    this.send({ type: 'clear', whose });
  }
  drawn(ref: number, revision: number): void {
    const own = this.own.find((one) => one.ref === ref);
    if (own) own.revision = revision;
  }
  notDrawn(ref: number, why: string): void {
    this.own = this.own.filter((one) => one.ref !== ref);
    this.onLost(`Not drawn: ${why}`);
  }
  /** A picture of that annotation revision is shown. Revisions wrap. */
  shown(revision: number): void {
    this.own = this.own.filter((one) => one.revision === null || ((revision - one.revision) | 0) < 0);
  }
  get count(): number {
    return this.own.length;
  }
  paint(on: Surface, place: (modality: Modality) => Rect | null, color: string, nowUs: number): void {
    const unanswered = this.own.filter(({ revision, sentUs }) => revision === null && nowUs - sentUs > patienceUs);
    if (unanswered.length > 0) this.onLost('Not drawn: the room did not answer.');
    this.own = this.own.filter(({ sentUs }) => nowUs - sentUs <= patienceUs);
    for (const drawing of this.own) {
      const image = place(drawing.modality);
      if (image) paintDrawing(on, drawing, image, color);
    }
  }
}

export function paintDrawing(surface: Surface, { kind, points, text }: Drawing, image: Rect, color: string): void {
  const { on } = surface;
  const at = ([x, y]: Point): Point => [image.x + x * image.width, image.y + y * image.height];
  const thick = Math.max(2, image.height / 250);
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return;
  const [x, y] = at(first);
  const [endX, endY] = at(last);
  const size = image.height / 28;
  const path = new Path2D();
  if (kind === 'cross') {
    path.moveTo(x - size, y);
    path.lineTo(x + size, y);
    path.moveTo(x, y - size);
    path.lineTo(x, y + size);
  } else if (kind !== 'text') {
    path.moveTo(x, y);
    for (const point of points.slice(1)) path.lineTo(...at(point));
  }
  if (kind === 'arrow') {
    const angle = Math.atan2(endY - y, endX - x);
    for (const side of [-0.45, 0.45]) {
      path.moveTo(endX, endY);
      path.lineTo(endX - Math.cos(angle + side) * size, endY - Math.sin(angle + side) * size);
    }
  }
  on.save();
  on.beginPath();
  on.rect(image.x, image.y, image.width, image.height);
  on.clip();
  on.lineCap = on.lineJoin = 'round';
  // A dark rim, so that it is seen on any picture.
  for (const [style, width] of [
    [colors.darkInk, thick + 2 * Math.max(1, surface.scale)],
    [color, thick],
  ] as const) {
    on.strokeStyle = style;
    on.lineWidth = width;
    on.stroke(path);
  }
  if (text !== '') {
    on.font = `600 ${Math.round(size * 1.1)}px system-ui, "DejaVu Sans", sans-serif`;
    on.textAlign = 'left';
    on.textBaseline = 'middle';
    on.lineWidth = Math.max(3, size / 6);
    on.strokeStyle = colors.darkInk;
    const from = kind === 'cross' ? x + size * 1.2 : x;
    on.strokeText(text, from, y);
    on.fillStyle = color;
    on.fillText(text, from, y);
  }
  on.restore();
}
