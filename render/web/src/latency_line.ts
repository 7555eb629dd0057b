// Captured → presented over the last minute, a line for each modality, with what happened meanwhile.
import { niceAbove, penOf, stepOf, type Pen } from './latency_canvas.ts';
import { minuteMs, type LatencyHistory } from './latency_history.ts';
import type { Modality } from './stamp.ts';
import { titles } from './words.ts';

const left = 52;
const right = 8;
const top = 20;
const bottom = 24;
/** Frames further apart than this are not joined: nothing is known of the time between. */
const gapMs = 700;
const lateUs = 100_000;
const colors: Record<Modality, string> = { ultrasound: 'echo', xray: 'xray', camera: 'camera' };

export class LatencyLine {
  constructor(readonly canvas: HTMLCanvasElement) {}

  paint({ points, events }: LatencyHistory, nowMs: number): void {
    const pen = penOf(this.canvas);
    if (!pen) return;
    const all = [...points.values()].flat();
    const mostUs = niceAbove(Math.max(5000, ...all.map(({ us }) => us)));
    const x = (atMs: number) => left + (1 - (nowMs - atMs) / minuteMs) * (pen.width - left - right);
    const y = (us: number) => pen.height - bottom - (us / mostUs) * (pen.height - top - bottom);
    this.paintAxes(pen, mostUs, x, y, nowMs);
    const { context, color } = pen;
    for (const { atMs, kind } of events) {
      context.fillStyle = color(kind === 'state' ? 'ink' : 'warn');
      context.fillRect(x(atMs) - 1, top, 2, pen.height - top - bottom);
      context.fillText(kind === 'state' ? '◆' : '▼', x(atMs), top / 2);
    }
    context.lineWidth = 1.5;
    for (const [modality, line] of points) {
      context.strokeStyle = color(colors[modality]);
      context.beginPath();
      line.forEach((point, i) => {
        const before = line[i - 1];
        if (!before || point.atMs - before.atMs > gapMs) context.moveTo(x(point.atMs), y(point.us));
        else context.lineTo(x(point.atMs), y(point.us));
      });
      context.stroke();
    }
    const named = [...points.keys()].map((modality) => titles[modality]).join(' and ');
    this.canvas.setAttribute(
      'aria-label',
      `Latency over the last minute of ${named || 'nothing yet'}: ${all.length} frames, ${events.length} events; the list below tells them.`,
    );
  }

  private paintAxes(
    pen: Pen,
    mostUs: number,
    x: (atMs: number) => number,
    y: (us: number) => number,
    nowMs: number,
  ): void {
    const { context, width, height, color } = pen;
    context.lineWidth = 1;
    context.strokeStyle = color('edge');
    context.fillStyle = color('quiet');
    context.textAlign = 'right';
    for (let us = 0; us <= mostUs; us += stepOf(mostUs)) {
      context.strokeRect(left, Math.round(y(us)) + 0.5, width - left - right, 0);
      context.fillText(`${us / 1000} ms`, left - 6, y(us));
    }
    if (lateUs < mostUs) {
      context.fillStyle = color('warn');
      context.fillRect(left, y(lateUs), width - left - right, 1);
    }
    context.fillStyle = color('quiet');
    context.textAlign = 'center';
    for (let s = 60; s >= 0; s -= 10) {
      context.textAlign = s === 0 ? 'right' : 'center';
      context.fillText(s === 0 ? 'now' : `−${s} s`, x(nowMs - s * 1000) + (s === 60 ? 12 : 0), height - bottom / 2);
    }
  }
}
