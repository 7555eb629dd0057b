// A canvas that is as sharp as the screen, in the page's own colours and fonts.

export interface Pen {
  context: CanvasRenderingContext2D;
  width: number; // CSS pixels
  height: number;
  color(name: string): string;
}

/** Cleared, and scaled so that one unit is one CSS pixel; null while it is not laid out. */
export function penOf(canvas: HTMLCanvasElement): Pen | null {
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  const context = canvas.getContext('2d');
  if (!context || width === 0 || height === 0) return null;
  const scale = devicePixelRatio;
  if (canvas.width !== Math.round(width * scale)) canvas.width = Math.round(width * scale);
  if (canvas.height !== Math.round(height * scale)) canvas.height = Math.round(height * scale);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  context.globalAlpha = 1;
  context.font = '13px system-ui, "DejaVu Sans", sans-serif';
  context.textBaseline = 'middle';
  const style = getComputedStyle(canvas);
  return { context, width, height, color: (name) => style.getPropertyValue(`--${name}`) || '#888' };
}

/** The next of 1, 2, 5, 10, 20 … that is at least so much. */
export function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return power * (value <= power ? 1 : value <= 2 * power ? 2 : value <= 5 * power ? 5 : 10);
}
/** Steps of an axis of that length, about five. */
export const stepOf = (length: number): number => niceAbove(length / 6);
