// How long each shown frame took, hop by hop, over the last ten seconds. Pure: `now` is passed in.
import { stages, type FrameHeader, type LateMark, type Modality, type Stage, type Stamp } from './stamp.ts';

const windowUs = 10_000_000;
/** What has not come by then stays unknown. */
const patienceUs = 200_000;
const latestRemembered = 128;
/** The strictest of the usual rates. */
const unknownPeriodUs = 1e6 / 60;

/** A figure is worth printing when its clocks are known to half a frame. */
export const printable = (boundUs: number, periodUs: number): boolean =>
  2 * boundUs <= (periodUs > 0 ? periodUs : unknownPeriodUs);

export interface Summary {
  count: number;
  p50Us: number;
  p95Us: number;
  p99Us: number;
  maxUs: number;
  boundUs: number;
}

export class Samples {
  private taken: { atUs: number; valueUs: number; boundUs: number }[] = [];

  add(atUs: number, valueUs: number, boundUs: number): void {
    this.taken.push({ atUs, valueUs, boundUs });
    while ((this.taken[0]?.atUs ?? atUs) < atUs - windowUs) this.taken.shift();
  }
  summary(nowUs: number): Summary | null {
    const fresh = this.taken.filter(({ atUs }) => nowUs - atUs <= windowUs);
    if (fresh.length === 0) return null;
    const sorted = fresh.map(({ valueUs }) => valueUs).sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
    return {
      count: sorted.length,
      p50Us: at(0.5),
      p95Us: at(0.95),
      p99Us: at(0.99),
      maxUs: at(1),
      boundUs: Math.max(...fresh.map(({ boundUs }) => boundUs)),
    };
  }
}

/** What the page itself marks: last packet here, handed to the compositor, on the panel as the browser expects it.
 *  `unpacked` is not told by the browser; what it calls presentation time is after it. */
export interface PageMarks {
  deliveredUs: number | null;
  composedUs: number | null;
  presentedUs: number;
}
export type Hop = Stage | 'composed';
const hops: Hop[] = [...stages.slice(0, -1), 'composed', 'presented'];

interface Shown {
  header: FrameHeader;
  stream: number;
  sequence: number;
  page: PageMarks;
  shownUs: number;
}
export interface LatencyFigures {
  capturedToPresented: Summary | null;
  acquiredToPresented: Summary | null;
  hops: Partial<Record<Hop, Summary>>;
  newestUs: number | null;
  boundUs: number;
  periodUs: number;
}

class ModalityLatency {
  captured = new Samples();
  acquired = new Samples();
  hops = new Map<Hop, Samples>();
  newestUs: number | null = null;
  boundUs = 0;
  periodUs = 0;
  lastSequence = -1;
  lastStream = -1;
}

export class Latency {
  private waiting: Shown[] = [];
  private late: LateMark[] = [];
  private readonly books = new Map<Modality, ModalityLatency>();

  /** Times are this page's. A source frame counts when it is shown first, not in later pictures. */
  saw(stamp: Stamp, page: PageMarks, nowUs: number): void {
    this.late.push(...stamp.late);
    this.late.splice(0, Math.max(0, this.late.length - latestRemembered));
    for (const { header } of stamp.sources) {
      const book = this.book(header.modality);
      if (book.lastSequence === header.sequence && book.lastStream === header.stream) continue;
      book.lastSequence = header.sequence;
      book.lastStream = header.stream;
      const { captured } = header.timeline.marksUs;
      book.newestUs = captured === undefined ? null : page.presentedUs - captured;
      book.boundUs = header.timeline.clockBoundUs;
      book.periodUs = header.periodUs;
      this.waiting.push({ header, stream: stamp.stream, sequence: stamp.sequence, page, shownUs: nowUs });
    }
    while (this.waiting[0] && nowUs - this.waiting[0].shownUs >= patienceUs) this.finish(this.waiting.shift() as Shown);
  }
  /** Captured to presented of the newest frame. */
  newest(modality: Modality): { newestUs: number | null; boundUs: number; periodUs: number } | null {
    return this.books.get(modality) ?? null;
  }
  figures(modality: Modality, nowUs: number): LatencyFigures | null {
    const book = this.books.get(modality);
    if (!book) return null;
    const summaries: Partial<Record<Hop, Summary>> = {};
    for (const hop of hops) {
      const summary = book.hops.get(hop)?.summary(nowUs);
      if (summary) summaries[hop] = summary;
    }
    return {
      capturedToPresented: book.captured.summary(nowUs),
      acquiredToPresented: book.acquired.summary(nowUs),
      hops: summaries,
      newestUs: book.newestUs,
      boundUs: book.boundUs,
      periodUs: book.periodUs,
    };
  }

  private book(modality: Modality): ModalityLatency {
    const book = this.books.get(modality) ?? new ModalityLatency();
    this.books.set(modality, book);
    return book;
  }
  private finish({ header, stream, sequence, page, shownUs }: Shown): void {
    const marks: Partial<Record<Hop, number>> = { ...header.timeline.marksUs, presented: page.presentedUs };
    if (page.deliveredUs !== null) marks.delivered = page.deliveredUs;
    if (page.composedUs !== null) marks.composed = page.composedUs;
    const recall = (stage: Stage, ofStream: number, ofSequence: number) => {
      const mark = this.late.find(
        (late) => late.stage === stage && late.stream === ofStream && late.sequence === ofSequence,
      );
      if (mark) marks[stage] ??= mark.timeUs;
    };
    recall('sent', header.stream, header.sequence);
    recall('published', stream, sequence);
    const book = this.book(header.modality);
    const boundUs = header.timeline.clockBoundUs;
    let before: number | null = null;
    for (const hop of hops) {
      const mark = marks[hop];
      if (mark === undefined) continue;
      if (before !== null) {
        const samples = book.hops.get(hop) ?? new Samples();
        book.hops.set(hop, samples);
        samples.add(shownUs, mark - before, boundUs);
      }
      before = mark;
    }
    if (marks.captured !== undefined) book.captured.add(shownUs, page.presentedUs - marks.captured, boundUs);
    if (marks.acquired !== undefined) book.acquired.add(shownUs, page.presentedUs - marks.acquired, boundUs);
  }
}
