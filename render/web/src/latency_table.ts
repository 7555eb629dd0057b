// Percentiles by hop, against floors: the figures that can be read, copied and listened to.
import { element } from './dom.ts';
import { floorOf, trust, withBound } from './latency_explain.ts';
import { printable } from './latency.ts';
import type { DisplayNews, HopSummary, LatencyNews, StreamNews } from './latency_news.ts';
import { hopName, stageWords } from './latency_stages.ts';
import { stages, type Stage } from './stamp.ts';

const space = 'http://www.w3.org/2000/svg';
const barWidth = 130;
const barHeight = 14;

function rectangle(x: number, width: number, y: number, height: number, className: string): SVGRectElement {
  const made = document.createElementNS(space, 'rect');
  for (const [name, value] of Object.entries({ x, width: Math.max(0, width), y, height, class: className }))
    made.setAttribute(name, String(value));
  return made;
}

/** p50 in full, p99 behind it, the floor as a line across. */
function bar(hop: HopSummary, place: string, floorUs: number | null, mostUs: number): SVGSVGElement {
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', `0 0 ${barWidth} ${barHeight}`);
  svg.setAttribute('aria-hidden', 'true');
  const x = (us: number) => (Math.max(0, us) / mostUs) * (barWidth - 3);
  svg.append(
    rectangle(0, x(hop.p99Us), 2, barHeight - 4, `bar-slow of-${place}`),
    rectangle(0, x(hop.p50Us), 2, barHeight - 4, `of-${place}`),
  );
  if (floorUs !== null) svg.append(rectangle(x(floorUs), 2, 0, barHeight, 'bar-floor'));
  return svg;
}

const cell = (words: string): HTMLTableCellElement => element('td', {}, words);

export class HopTable {
  readonly root: HTMLTableElement;
  private readonly body = element('tbody');

  constructor(caption: string) {
    this.root = element(
      'table',
      { class: 'hops' },
      element('caption', {}, caption),
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          ...['Until', 'p50', 'p99', 'Newest', 'Floor'].map((words) => element('th', { scope: 'col' }, words)),
          element('th', { scope: 'col', class: 'of-bars' }, 'p50, p99 │ floor'),
        ),
      ),
      this.body,
    );
  }
  now(news: LatencyNews, display: DisplayNews, stream: StreamNews): void {
    const known = stages.flatMap((stage) => {
      const hop = stream.hops[stage];
      return hop ? [{ stage, hop }] : [];
    });
    const mostUs = Math.max(1, ...known.map(({ hop }) => hop.p99Us));
    this.body.replaceChildren(
      ...known.map(({ stage, hop }) => this.row(news, display, stream, stage, hop, mostUs)),
      this.total(stream),
    );
  }

  private row(
    news: LatencyNews,
    display: DisplayNews,
    { modality, periodUs }: StreamNews,
    stage: Stage,
    hop: HopSummary,
    mostUs: number,
  ): HTMLTableRowElement {
    const floor = floorOf(news, display, modality, stage);
    const { place } = stageWords[stage];
    const drawn = element('td', { class: 'of-bars' });
    if (printable(hop.boundUs, periodUs)) drawn.append(bar(hop, place, floor?.us ?? null, mostUs));
    const told = (us: number) => cell(withBound(us, hop.boundUs, periodUs));
    return element(
      'tr',
      {},
      element(
        'th',
        { scope: 'row' },
        element('span', { class: `dot of-${place}`, 'aria-hidden': 'true' }),
        hopName(stage),
      ),
      told(hop.p50Us),
      cell(
        printable(hop.boundUs, periodUs) ? `${trust(hop.count)}${withBound(hop.p99Us, hop.boundUs, periodUs)}` : '–',
      ),
      told(hop.newestUs),
      floor ? element('td', { title: floor.why }, `${(floor.us / 1000).toFixed(1)} ms`) : cell('unknown'),
      drawn,
    );
  }
  private total({ total, periodUs }: StreamNews): HTMLTableRowElement {
    const told = (us: number | undefined) =>
      cell(total && us !== undefined ? withBound(us, total.boundUs, periodUs) : 'unknown');
    return element(
      'tr',
      { class: 'sum' },
      element('th', { scope: 'row' }, 'captured → presented'),
      told(total?.p50Us),
      cell(
        total && printable(total.boundUs, periodUs)
          ? `${trust(total.count)}${withBound(total.p99Us, total.boundUs, periodUs)}`
          : 'unknown',
      ),
      told(total?.newestUs),
      cell(''),
      element('td', { class: 'of-bars' }),
    );
  }
}
