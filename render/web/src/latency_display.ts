// One display: what goes on there now, or since when nothing does; its modalities, the last minute, its links.
import { element } from './dom.ts';
import type { Going } from './latency_going.ts';
import { LatencyHistory } from './latency_history.ts';
import { LatencyLine } from './latency_line.ts';
import type { Counters, DisplayNews, LatencyNews } from './latency_news.ts';
import { StreamPanel } from './latency_stream.ts';
import type { Modality } from './stamp.ts';
import { clockTime, titles } from './words.ts';

const mostListed = 8;

/** "round trip 12.0 ms, 0.10 % lost at first, 3 repaired, 0 never came"; null: nothing is told of that link. */
export function linkWords(counters: Counters, prefix: string): string | null {
  const lostPpm = counters[`${prefix}link.lost_ppm`];
  if (lostPpm === undefined) return null;
  const roundTripUs = counters[`${prefix}link.round_trip_us`];
  return [
    roundTripUs === undefined ? 'round trip unknown' : `round trip ${(roundTripUs / 1000).toFixed(1)} ms`,
    `${(lostPpm / 1e4).toFixed(2)} % lost at first`,
    `${counters[`${prefix}link.repaired`] ?? 0} repaired`,
    `${counters[`${prefix}link.lost`] ?? 0} never came`,
  ].join(', ');
}
/** "replaced 3, missing 1"; "none". */
export function dropWords(counters: Counters, prefix: string): string {
  const drops = Object.entries(counters).filter(([name, count]) => name.startsWith(`${prefix}drops.`) && count > 0);
  return drops.map(([name, count]) => `${name.slice(prefix.length + 'drops.'.length)} ${count}`).join(', ') || 'none';
}

export class DisplayPanel {
  readonly root: HTMLElement;
  readonly history = new LatencyHistory();
  readonly streams = new Map<Modality, StreamPanel>();
  private readonly banner = element('p', { class: 'stopped-words', hidden: true });
  private readonly key = element('p', { class: 'key' });
  private readonly places = element('div', { class: 'streams' });
  private readonly events = element('ol', { class: 'events' });
  private readonly links = element('dl', { class: 'links' });
  private readonly line: LatencyLine;

  constructor(readonly node: string) {
    const canvas = element('canvas', { class: 'line', role: 'img', 'aria-label': 'Latency over the last minute' });
    this.line = new LatencyLine(canvas);
    this.root = element(
      'section',
      { class: 'display', 'aria-label': `Display ${node}` },
      element('h2', { class: 'display-name' }, `Display “${node}”`),
      this.banner,
      this.places,
      element('h3', {}, 'The last minute: captured → presented'),
      this.key,
      canvas,
      this.events,
      element('h3', {}, 'Links and losses'),
      this.links,
    );
  }
  heard(news: LatencyNews, display: DisplayNews, nowMs: number): void {
    this.history.heard(news, display, nowMs);
    for (const stream of display.streams) {
      const panel = this.streams.get(stream.modality) ?? this.add(stream.modality);
      panel.now(news, display, stream, nowMs);
    }
    this.line.paint(this.history, nowMs);
    this.key.replaceChildren(
      ...display.streams.flatMap(({ modality, total }) => [
        element('span', { class: `dot of-line-${modality}` }),
        `${titles[modality]} ${total ? `± ${(total.boundUs / 1000).toFixed(1)} ms` : 'unknown'} `,
      ]),
      '· ◆ state changed · ▼ lost on the way',
    );
    this.list(nowMs);
    this.tell(news, display);
  }
  going({ live, why, sinceMs }: Going, wallMinusNowMs: number): void {
    this.root.classList.toggle('stopped', !live);
    this.banner.hidden = live;
    const since = sinceMs === null ? '' : ` since ${clockTime(new Date(sinceMs + wallMinusNowMs))}`;
    const words = live ? '' : `NOT LIVE${since}: ${why}. What stands below is of before.`;
    if (this.banner.textContent !== words) this.banner.textContent = words;
  }

  private add(modality: Modality): StreamPanel {
    const made = new StreamPanel(modality, this.node);
    this.streams.set(modality, made);
    this.places.append(made.root);
    return made;
  }
  private list(nowMs: number): void {
    const newest = this.history.events.slice(-mostListed).reverse();
    this.events.replaceChildren(
      ...newest.map(({ atMs, words }) => element('li', {}, `${((nowMs - atMs) / 1000).toFixed(0)} s ago: ${words}`)),
    );
  }
  private tell(news: LatencyNews, display: DisplayNews): void {
    const rows: [string, string][] = [];
    for (const [modality] of this.streams) {
      const uplink = linkWords(news.server, `${modality}.`);
      if (uplink !== null)
        rows.push([`${titles[modality]} → server`, `${uplink}; dropped: ${dropWords(news.server, `${modality}.`)}`]);
    }
    const downlink = linkWords(display.health, '');
    if (downlink !== null)
      rows.push([`server → ${this.node}`, `${downlink}; dropped: ${dropWords(display.health, '')}`]);
    if (rows.length === 0) rows.push(['links', 'unknown: the nodes tell nothing of them']);
    this.links.replaceChildren(...rows.flatMap(([name, words]) => [element('dt', {}, name), element('dd', {}, words)]));
  }
}
