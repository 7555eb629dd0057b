import type { Rect } from './stamp.ts';

const meet = (a: Rect, b: Rect): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

function edges(from: number, to: number, spans: [at: number, size: number][]): number[] {
  const inside = spans.flatMap(([at, size]) => [at, at + size]).filter((edge) => edge > from && edge < to);
  return [...new Set([from, to, ...inside])].sort((a, b) => a - b);
}

/** The largest rectangle of `canvas` that no pane covers; empty when they leave none. It touches an edge on each side,
 *  and there are eight panes at most: every pair of edges is tried. */
export function largestFree(canvas: Rect, panes: Rect[]): Rect {
  const columns = edges(
    canvas.x,
    canvas.x + canvas.width,
    panes.map(({ x, width }) => [x, width]),
  );
  const rows = edges(
    canvas.y,
    canvas.y + canvas.height,
    panes.map(({ y, height }) => [y, height]),
  );
  let best: Rect = { x: 0, y: 0, width: 0, height: 0 };
  columns.forEach((x, left) =>
    columns.slice(left + 1).forEach((right) =>
      rows.forEach((y, top) =>
        rows.slice(top + 1).forEach((bottom) => {
          const one = { x, y, width: right - x, height: bottom - y };
          if (one.width * one.height > best.width * best.height && !panes.some((pane) => meet(one, pane))) best = one;
        }),
      ),
    ),
  );
  return best;
}
