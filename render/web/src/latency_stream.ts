// One modality on one display: its figure, the words, the waterfall, the table.
import { element } from './dom.ts';
import { printable } from './latency.ts';
import { explain, trust } from './latency_explain.ts';
import { hopsOf, totalUs, type DisplayNews, type LatencyNews, type StreamNews } from './latency_news.ts';
import { HopTable } from './latency_table.ts';
import { Waterfall } from './latency_waterfall.ts';
import { titles } from './words.ts';

/** Words that change with each frame cannot be read. */
const wordsEveryMs = 3000;
const ms = (us: number): string => (us / 1000).toFixed(1);

export class StreamPanel {
  readonly root: HTMLElement;
  said: string[] = [];
  private readonly figure = element('p', { class: 'figure' });
  private readonly facts = element('p', { class: 'facts' });
  private readonly words = element('div', { class: 'words' });
  private readonly waterfall: Waterfall;
  private readonly table: HopTable;
  private saidMs = -Infinity;

  constructor(modality: StreamNews['modality'], node: string) {
    const title = `${titles[modality]} on ${node}`;
    const canvas = element('canvas', { class: 'waterfall', role: 'img', 'aria-label': 'Waterfall: no frame yet' });
    this.waterfall = new Waterfall(canvas);
    this.table = new HopTable(`${title}: the last 10 s, by hop`);
    this.root = element(
      'section',
      { class: 'stream', 'aria-label': title },
      element('div', { class: 'stream-head' }, element('h2', {}, titles[modality]), this.figure, this.facts),
      this.words,
      element(
        'div',
        { class: 'stream-figures' },
        canvas,
        element(
          'div',
          { class: 'scrolls', tabindex: '0', role: 'group', 'aria-label': `${title}: table` },
          this.table.root,
        ),
      ),
    );
  }
  now(news: LatencyNews, display: DisplayNews, stream: StreamNews, nowMs: number): void {
    const { total, periodUs } = stream;
    const known = total !== null && printable(total.boundUs, periodUs);
    this.figure.textContent = known
      ? `p50 ${ms(total.p50Us)} ± ${ms(total.boundUs)} ms · p99 ${trust(total.count)}${ms(total.p99Us)} ± ${ms(total.boundUs)} ms`
      : total
        ? `clock not good enough (± ${ms(total.boundUs)} ms)`
        : 'unknown';
    this.facts.textContent = [
      periodUs > 0 ? `${(1e6 / periodUs).toFixed(1)} frames/s captured` : 'rate unknown',
      `${stream.frames} presented in 10 s`,
      stream.untimed > 0 ? `${stream.untimed} of them without a time` : '',
    ]
      .filter((fact) => fact !== '')
      .join(' · ');
    this.waterfall.heard(stream.recent);
    this.waterfall.paint(stream);
    this.table.now(news, display, stream);
    if (nowMs - this.saidMs < wordsEveryMs) return;
    this.saidMs = nowMs;
    this.said = explain(news, display, stream);
    this.words.replaceChildren(...this.said.map((sentence) => element('p', {}, sentence)));
  }
  /** For tests: the frame that stands there. */
  newest(): object | null {
    const { newest } = this.waterfall;
    if (!newest) return null;
    const behind = hopsOf(newest).filter(({ stage }) => stage !== 'captured');
    return {
      sequence: newest.sequence,
      boundUs: newest.boundUs,
      totalUs: totalUs(newest),
      hopsUs: Object.fromEntries(behind.map(({ stage, fromUs, toUs }) => [stage, toUs - fromUs])),
    };
  }
}
