// A picture that leaves the page takes what was known of it along: in its pixels, where nobody can lose it.
import { colors, Surface } from './paint.ts';
import type { Rect } from './stamp.ts';
import { clockTime, day } from './words.ts';

/** `part` of the picture, the overlay over it, and a line with time and states below. */
export function burntIn(
  picture: CanvasImageSource,
  part: Rect,
  overlay: HTMLCanvasElement,
  states: string,
): Promise<Blob | null> {
  const out = document.createElement('canvas');
  const { width, height } = overlay;
  const line = Math.round(height / 24);
  out.width = width;
  out.height = height + line;
  const context = out.getContext('2d');
  if (!context) return Promise.resolve(null);
  context.drawImage(picture, part.x, part.y, part.width, part.height, 0, 0, width, height);
  context.drawImage(overlay, 0, 0);
  const on = new Surface(context, width, height, 1);
  on.fill({ x: 0, y: height, width, height: line }, colors.bar);
  const now = new Date();
  const words = `${day(now)} ${clockTime(now)}  ·  ${states}  ·  Scialytic, research software — not a medical device`;
  on.write(line / 2, height + line / 2, words, on.fitting(words, line * 0.55, width - line), colors.ink);
  return new Promise((resolve) => out.toBlob(resolve, 'image/png'));
}
