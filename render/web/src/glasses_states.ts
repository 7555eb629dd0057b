// The bar under the picture: state and age of each modality, to be read at a glance from two metres. Its size does not
// follow the picture's.
import { stateNames, sourceTimeUs, type State, type States, type Verdict } from './freshness.ts';
import { printable } from './latency.ts';
import { colors, stateColors, type Surface } from './paint.ts';
import { Sheet, squeezed } from './glasses_sheet.ts';
import type { FrameHeader, Modality, Rect, Stamp } from './stamp.ts';
import { duration, figure, seconds, titles } from './words.ts';

/** Capitals of 1.5 degrees at 2 m are 2000 mm × tan 1.5° = 52.4 mm high; in the headsets' fonts (Roboto, Segoe UI) they
 *  are 0.70 of the font's size or more. */
export const stateWordMm = Math.ceil((2000 * Math.tan((1.5 * Math.PI) / 180)) / 0.7);
const nameMm = 40;
const ageMm = 46; // capitals 0.9 degrees high at 2 m
const cellMm = 445;
const gapMm = 10;
const heightMm = 150;
const leastCells = 2;
const repaintMs = 100;

/** Nobody can tell how old what is shown is. */
const unknown = { words: 'AGE UNKNOWN', color: colors.amber };

function ageWords(verdict: Verdict, header: FrameHeader): string {
  const aged: Partial<Record<State, () => string>> = {
    lost: () => (verdict.silentUs === null ? 'no picture yet' : `for ${seconds(verdict.silentUs)}`),
    still: () => duration(verdict.unchangedUs),
    xray_off: () => (verdict.sinceBeamUs === null ? 'no image yet' : `${seconds(verdict.sinceBeamUs)} ago`),
  };
  const words = aged[verdict.state];
  if (words) return words();
  const known = verdict.ageUs !== null && printable(verdict.boundUs, header.periodUs);
  return known ? figure(verdict.ageUs, verdict.boundUs) : 'age unknown';
}

export class StateBar {
  sheet = new Sheet(widthOf(leastCells), heightMm);
  /** The sheet is another one: more modalities have come, or fewer. */
  onSheet: () => void = () => undefined;
  private paintedMs = -Infinity;

  /** On an additive display black is clear glass: there the words shine, not the ground. */
  constructor(private readonly additive: () => boolean) {}

  /** Ten times a second, also without pictures. */
  update(stamp: Stamp | null, states: States | null, nowMs: number): void {
    if (nowMs - this.paintedMs < repaintMs) return;
    this.paintedMs = nowMs;
    const headers = new Map<Modality, FrameHeader>();
    for (const { header } of stamp?.sources ?? []) headers.set(header.modality, header);
    this.fit(Math.max(leastCells, headers.size));
    this.sheet.paint((on) => {
      const whole = { x: 0, y: 0, width: on.width, height: on.height };
      if (!states || headers.size === 0) return this.big(on, whole, unknown.words, unknown.color);
      const width = (on.width - gapMm * (headers.size - 1)) / headers.size;
      [...headers.values()].forEach((header, i) =>
        this.cell(on, { ...whole, x: i * (width + gapMm), width }, header, states.modality[header.modality]),
      );
    });
  }

  private fit(cells: number): void {
    if (this.sheet.widthMm === widthOf(cells)) return;
    this.sheet.dispose();
    this.sheet = new Sheet(widthOf(cells), heightMm);
    this.onSheet();
  }
  private cell(on: Surface, where: Rect, header: FrameHeader, verdict: Verdict): void {
    const color = stateColors[verdict.state];
    const ink = this.ground(on, where, color);
    const radius = 19;
    const line = where.y + 38;
    let x = where.x + 16;
    on.dial(x + radius, line, radius, sourceTimeUs(header), color);
    x += 2 * radius + 12;
    x += on.write(x, line, titles[header.modality], nameMm, ink) + 16;
    const words = ageWords(verdict, header);
    const right = where.x + where.width - 16;
    on.write(right, line, words, on.fitting(words, ageMm, right - x), ink, 'right');
    squeezed(
      on,
      where.x + where.width / 2,
      where.y + 103,
      stateNames[verdict.state],
      stateWordMm,
      where.width - 32,
      ink,
    );
  }
  private big(on: Surface, where: Rect, words: string, color: string): void {
    const ink = this.ground(on, where, color);
    squeezed(on, where.width / 2, where.height / 2, words, stateWordMm * 1.3, where.width - 40, ink);
  }
  /** Fills the place and returns the colour of what is written there. */
  private ground(on: Surface, where: Rect, color: string): string {
    const { additive } = this;
    on.fill(where, additive() ? '#000' : color);
    if (additive()) on.frame(where, color, 6);
    return additive() ? color : colors.darkInk;
  }
}

function widthOf(cells: number): number {
  return cells * cellMm + (cells - 1) * gapMm;
}
