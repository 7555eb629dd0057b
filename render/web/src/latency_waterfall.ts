// The waterfall of one modality: a row for each stage, the newest frame in full colour, the last thirty behind it.
import { niceAbove, penOf, stepOf, type Pen } from './latency_canvas.ts';
import { printable } from './latency.ts';
import { hopsOf, totalUs, type FrameMarks, type StreamNews } from './latency_news.ts';
import { hopName, stageWords } from './latency_stages.ts';
import { stages } from './stamp.ts';

const mostFrames = 30;
const rowHeight = 18;
const axisHeight = 24;
const namesWidth = 150;
const valuesWidth = 118;
const faint = 0.07;

export class Waterfall {
  private frames: FrameMarks[] = [];
  private spanUs = 0;

  constructor(readonly canvas: HTMLCanvasElement) {}

  heard(frames: FrameMarks[]): void {
    this.frames = [...this.frames, ...frames].slice(-mostFrames);
  }
  get newest(): FrameMarks | null {
    return this.frames.at(-1) ?? null;
  }
  /** A bar between machines whose clocks are not known well enough would stand anywhere: it is left out. */
  paint({ hops, periodUs }: StreamNews): void {
    const { newest } = this;
    if (!newest) return;
    const rows = stages.filter((stage) => hopsOf(newest).some((hop) => hop.stage === stage));
    this.canvas.style.height = `${rows.length * rowHeight + axisHeight}px`;
    const pen = penOf(this.canvas);
    if (!pen) return;
    const { fromUs, at } = this.scale(pen);
    this.paintAxis(pen, fromUs, at);
    rows.forEach((stage, row) => {
      const y = row * rowHeight;
      const { context } = pen;
      context.fillStyle = pen.color('ink');
      context.textAlign = 'left';
      context.fillText(hopName(stage), 0, y + rowHeight / 2);
      const boundUs = hops[stage]?.boundUs ?? newest.boundUs;
      const known = printable(boundUs, periodUs);
      context.fillStyle = pen.color(stageWords[stage].place);
      for (const frame of known ? this.frames : []) {
        const hop = hopsOf(frame).find((one) => one.stage === stage);
        if (!hop) continue;
        context.globalAlpha = frame === newest ? 1 : faint;
        const from = at(Math.min(hop.fromUs, hop.toUs));
        context.fillRect(from, y + 3, Math.max(1.5, at(Math.max(hop.fromUs, hop.toUs)) - from), rowHeight - 6);
      }
      context.globalAlpha = 1;
      const hop = hopsOf(newest).find((one) => one.stage === stage);
      context.fillStyle = pen.color('quiet');
      context.textAlign = 'right';
      const words = hop && known ? `${Math.round(hop.toUs - hop.fromUs)} ± ${Math.ceil(boundUs)} µs` : 'clock not good';
      context.fillText(words, pen.width, y + rowHeight / 2);
    });
    const total = printable(newest.boundUs, periodUs) ? totalUs(newest) : null;
    this.canvas.setAttribute(
      'aria-label',
      `Waterfall of frame ${newest.sequence}: ${total === null ? 'its latency is unknown' : `${(total / 1000).toFixed(1)} milliseconds, within ${(newest.boundUs / 1000).toFixed(1)}`}. The table beside it tells each stage.`,
    );
  }

  /** Grows at once and shrinks when it is far too long, so that bars can be compared from frame to frame. */
  private scale({ width }: Pen): { fromUs: number; at: (us: number) => number } {
    const marks = this.frames.flatMap(({ marksUs }) => Object.values(marksUs));
    const fromUs = Math.min(0, ...marks);
    const longUs = niceAbove(Math.max(1000, ...marks) - fromUs);
    if (longUs > this.spanUs || longUs * 2 <= this.spanUs) this.spanUs = longUs;
    const room = Math.max(10, width - namesWidth - valuesWidth);
    return { fromUs, at: (us) => namesWidth + ((us - fromUs) / this.spanUs) * room };
  }
  private paintAxis({ context, height, color }: Pen, fromUs: number, at: (us: number) => number): void {
    const stepUs = stepOf(this.spanUs);
    context.strokeStyle = color('edge');
    context.fillStyle = color('quiet');
    context.textAlign = 'center';
    for (let us = Math.ceil(fromUs / stepUs) * stepUs; us <= fromUs + this.spanUs; us += stepUs) {
      const x = Math.round(at(us)) + 0.5;
      context.beginPath();
      context.moveTo(x, 0);
      context.lineTo(x, height - axisHeight + 4);
      context.stroke();
      context.fillText(us === 0 ? '0 µs' : String(us), x, height - axisHeight / 2 + 2);
    }
  }
}
