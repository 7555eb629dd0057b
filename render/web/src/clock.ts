// The augmentation server's clock, known here by exchanges over the data channel. Pure: `now` is passed in.

/** Two clocks that were read at one instant, give or take the bound. */
interface Reading {
  takenUs: number;
  offsetUs: number;
  boundUs: number;
  roundTripUs: number;
}

export interface Converted {
  timeUs: number;
  boundUs: number;
}

const rememberedUs = 10_000_000;
const leastExchanges = 3;
/** Two quartzes; a reading is worth that much less with every second. */
const driftPpm = 50;
const eagerUs = 1_000_000;
const eagerPaceUs = 100_000;
const calmPaceUs = 500_000;

export class ServerClock {
  private readings: Reading[] = [];
  private firstUs: number | null = null;
  private askedUs: number | null = null;

  /** `grainUs`: the step of this page's own clock. */
  constructor(private readonly grainUs: number) {}

  /** Ten times in the first second, then twice a second. */
  askNow(nowUs: number): boolean {
    this.firstUs ??= nowUs;
    const paceUs = nowUs - this.firstUs < eagerUs ? eagerPaceUs : calmPaceUs;
    // A timer is a little early or late; the pace is what matters.
    if (this.askedUs !== null && nowUs - this.askedUs < paceUs * 0.9) return false;
    this.askedUs = nowUs;
    return true;
  }
  exchange(sentUs: number, serverUs: number, receivedUs: number, serverBoundUs: number): void {
    const roundTripUs = receivedUs - sentUs;
    if (!(roundTripUs >= 0) || !(serverBoundUs >= 0) || !Number.isFinite(serverUs)) return;
    const reading = {
      takenUs: receivedUs,
      offsetUs: serverUs - (sentUs + receivedUs) / 2,
      roundTripUs,
      boundUs: roundTripUs / 2 + serverBoundUs + this.grainUs,
    };
    // Both cannot be true: one of the clocks has stepped, and what was known before it is worth nothing.
    const contradicts = this.readings.some(
      (known) => Math.abs(known.offsetUs - reading.offsetUs) > boundAt(known, receivedUs) + reading.boundUs,
    );
    if (contradicts) this.readings = [];
    this.readings.push(reading);
    this.readings = this.readings.filter(({ takenUs }) => receivedUs - takenUs <= rememberedUs);
  }
  /** The server is another one, or its machine has started anew. */
  forget(): void {
    this.readings = [];
    this.firstUs = this.askedUs = null;
  }
  /** The server's time on this page's clock; nothing while its clock is unknown. */
  toPage(serverUs: number, nowUs: number): Converted | null {
    const best = this.best(nowUs);
    if (!best) return null;
    // A mark from long before the reading is further from it.
    const farUs = Math.max(0, best.takenUs - (serverUs - best.offsetUs));
    return { timeUs: serverUs - best.offsetUs, boundUs: boundAt(best, nowUs) + farUs * driftPpm * 1e-6 };
  }
  figures(nowUs: number): { offsetUs: number; boundUs: number; roundTripUs: number; exchanges: number } | null {
    const best = this.best(nowUs);
    return (
      best && {
        offsetUs: best.offsetUs,
        boundUs: boundAt(best, nowUs),
        roundTripUs: best.roundTripUs,
        exchanges: this.readings.length,
      }
    );
  }

  private best(nowUs: number): Reading | null {
    const fresh = this.readings.filter(({ takenUs }) => nowUs - takenUs <= rememberedUs);
    if (fresh.length < leastExchanges) return null;
    return fresh.reduce((best, next) => (boundAt(next, nowUs) < boundAt(best, nowUs) ? next : best));
  }
}

function boundAt(reading: Reading, nowUs: number): number {
  return reading.boundUs + Math.abs(nowUs - reading.takenUs) * driftPpm * 1e-6;
}

/** Where the page is isolated from others its clock steps by 5 µs, else by 100. */
export const pageGrainUs = (): number => (globalThis.crossOriginIsolated ? 5 : 100);
