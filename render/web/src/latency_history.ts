// The last minute of one display: how long frames took, and what happened meanwhile. Pure: `now` is passed in.
import { printable } from './latency.ts';
import type { Counters, DisplayNews, LatencyNews } from './latency_news.ts';
import { modalities, type Modality } from './stamp.ts';
import { titles } from './words.ts';

export const minuteMs = 60_000;
const mostPoints = 12_000;
const mostEvents = 200;

export interface Point {
  atMs: number;
  us: number;
}
export interface HistoryEvent {
  atMs: number;
  kind: 'state' | 'drop';
  words: string;
}

const stateOf = (health: Counters, modality: Modality): string | null => {
  const prefix = `state.${modality}.`;
  const name = Object.keys(health).find((one) => one.startsWith(prefix));
  return name === undefined ? null : name.slice(prefix.length);
};

/** Counters that only losses raise: "drops.missing", "xray.drops.corrupt", "link.lost". */
const lossOf = (name: string): string | null =>
  /(^|\.)drops\.[a-z]+$/.test(name) || /(^|\.)link\.lost$/.test(name) ? name.replaceAll('.', ' ') : null;

export class LatencyHistory {
  readonly points = new Map<Modality, Point[]>();
  readonly events: HistoryEvent[] = [];
  private lastMs: number | null = null;
  private counters: Counters | null = null;
  private readonly states = new Map<Modality, string>();

  heard(news: LatencyNews, display: DisplayNews, nowMs: number): void {
    const sinceMs = Math.max(this.lastMs ?? nowMs, nowMs - 1000);
    for (const { modality, totalsUs: told, total, periodUs } of display.streams) {
      const points = this.points.get(modality) ?? [];
      this.points.set(modality, points);
      const totalsUs = total && printable(total.boundUs, periodUs) ? told : [];
      // Frames come evenly enough; when each came is not told.
      totalsUs.forEach((us, i) => points.push({ atMs: sinceMs + ((nowMs - sinceMs) * (i + 1)) / totalsUs.length, us }));
      const old = points.findIndex(({ atMs }) => nowMs - atMs <= minuteMs);
      points.splice(0, Math.max(old < 0 ? points.length : old, points.length - mostPoints));
    }
    this.notice(news, display, nowMs);
    this.lastMs = nowMs;
  }

  private notice(news: LatencyNews, display: DisplayNews, nowMs: number): void {
    for (const modality of modalities) {
      const state = stateOf(display.health, modality);
      const before = this.states.get(modality);
      if (state !== null) this.states.set(modality, state);
      if (state !== null && before !== undefined && before !== state)
        this.add(nowMs, 'state', `${titles[modality]} ${before} → ${state}`);
    }
    // Of the server's, only what is lost on the way in; another display's losses are not this one's.
    const server = Object.entries(news.server).filter(([name]) => !name.startsWith('to.'));
    const counters: Counters = { ...display.health, ...Object.fromEntries(server) };
    for (const [name, count] of Object.entries(counters)) {
      const words = lossOf(name);
      const more = count - (this.counters?.[name] ?? count);
      if (words !== null && more > 0) this.add(nowMs, 'drop', `${words}: ${more} more`);
    }
    this.counters = counters;
    const old = this.events.findIndex(({ atMs }) => nowMs - atMs <= minuteMs);
    this.events.splice(0, old < 0 ? this.events.length : old);
  }
  private add(atMs: number, kind: HistoryEvent['kind'], words: string): void {
    this.events.push({ atMs, kind, words });
    if (this.events.length > mostEvents) this.events.shift();
  }
}
