// Is what we look at live? One modality, by the same rules as the display's (render/freshness.hpp, .cpp;
// tests/data/freshness_vectors.json holds both to the same verdicts). Pure: `now` is passed in. Times are µs of this
// page's clock.
import type { FrameHeader } from './stamp.ts';

/** From good to bad. */
export const stateOrder = ['live', 'late', 'still', 'xray_off', 'stale', 'lost'] as const;
export type State = (typeof stateOrder)[number];

export const stateNames: Record<State, string> = {
  live: 'LIVE',
  late: 'LATE',
  still: 'STILL',
  xray_off: 'X-RAY OFF',
  stale: 'NOT LIVE',
  lost: 'NO SIGNAL',
};

export interface Limits {
  lateMs: number;
  staleMs: number;
  stalePeriods: number;
  lostMs: number;
  lostPeriods: number;
  stillMs: number;
  skewMs: number;
  liveAgainFrames: number;
}
export const defaultLimits: Limits = {
  lateMs: 100,
  staleMs: 200,
  stalePeriods: 3,
  lostMs: 1000,
  lostPeriods: 5,
  stillMs: 1000,
  skewMs: 100,
  liveAgainFrames: 3,
};

export interface Verdict {
  state: State;
  why: string;
  ageUs: number | null; // of the picture shown; nothing when its clock is unknown
  boundUs: number;
  silentUs: number | null; // since the last new picture
  unchangedUs: number | null; // since the content last changed
  sinceBeamUs: number | null; // xray_off: age of the last image taken with the beam on
}

// A source that claims a longer period than this would stretch the limits as it likes.
export const longestPeriodUs = 500_000;
// A source time ahead of ours by more than its bound and this is a wrong clock, not a picture from the future.
const clockGrainUs = 2_000;
// Where pictures come rarely, the one shown grows older than `lateMs` between two of them.
const latePeriods = 2;
export const longer = (ms: number, periodUs: number, periods: number): number =>
  Math.max(ms * 1000, Math.round(periodUs * periods));

/** When the device formed the image. */
export function sourceTimeUs(header: FrameHeader): number | null {
  return header.timeline.marksUs.acquired ?? header.timeline.marksUs.captured ?? null;
}

export const isGone = (verdict: Verdict): boolean => verdict.state === 'stale' || verdict.state === 'lost';

interface Seen {
  stream: number;
  sequence: number;
  timeUs: number | null;
  boundUs: number;
}

/** One modality. Back from stale or lost only after `liveAgainFrames` new pictures in a row; the same from late. */
export class ModalityFreshness {
  private periodUs = 0;
  private shown: Seen | null = null;
  private newest: Seen | null = null;
  private newestCameUs: number | null = null;
  private contentChangedUs: number | null = null;
  private beamSeenUs: number | null = null;
  private xrayOff = false;
  private liveRun = 0;
  private onTimeRun = 0;

  constructor(private readonly limits: Limits = defaultLimits) {}

  saw(header: FrameHeader, nowUs: number): void {
    const { newest, limits } = this;
    const frame: Seen = {
      stream: header.stream,
      sequence: header.sequence,
      timeUs: sourceTimeUs(header),
      boundUs: header.timeline.clockBoundUs,
    };
    if (frame.timeUs !== null && frame.timeUs > nowUs + frame.boundUs + clockGrainUs) frame.timeUs = null;
    this.shown = frame;
    this.xrayOff = header.modality === 'xray' && !header.beamOn;
    this.contentChangedUs = header.contentChangedUs;
    if (!this.xrayOff && frame.timeUs !== null) this.beamSeenUs = frame.timeUs;

    const ahead = newest ? (frame.sequence - newest.sequence) | 0 : 1;
    const restarted = newest !== null && (ahead < 0 || frame.stream !== newest.stream);
    if (ahead === 0 && !restarted) return;
    const bothUs =
      newest !== null && newest.timeUs !== null && frame.timeUs !== null ? frame.timeUs - newest.timeUs : null;
    if (bothUs !== null && bothUs <= 0) {
      // A replay: the sequence goes on, the clock does not. A live stream has 3 periods to recover from it.
      if (this.liveRun < limits.liveAgainFrames) this.liveRun = 0;
      return;
    }
    if (header.periodUs > 0) this.periodUs = Math.min(header.periodUs, longestPeriodUs);
    else if (bothUs !== null) this.periodUs = Math.min(bothUs, longestPeriodUs);
    this.countNew(frame, restarted, nowUs);
    this.newest = frame;
    this.newestCameUs = nowUs;
  }

  judge(nowUs: number): Verdict {
    const verdict: Verdict = {
      state: 'lost',
      why: 'no picture yet',
      ageUs: null,
      boundUs: 0,
      silentUs: null,
      unchangedUs: null,
      sinceBeamUs: null,
    };
    const { shown, limits } = this;
    if (!shown) return verdict;
    if (shown.timeUs !== null) {
      verdict.ageUs = Math.max(nowUs - shown.timeUs, 0);
      verdict.boundUs = shown.boundUs;
    }
    if (this.newestCameUs !== null) verdict.silentUs = nowUs - this.newestCameUs;
    if (this.contentChangedUs !== null) verdict.unchangedUs = nowUs - this.contentChangedUs;
    if (this.xrayOff && this.beamSeenUs !== null) verdict.sinceBeamUs = nowUs - this.beamSeenUs;

    const is = (state: State, why: string): Verdict => ({ ...verdict, state, why });
    const lostUs = this.limit(limits.lostMs, limits.lostPeriods);
    const staleUs = this.limit(limits.staleMs, limits.stalePeriods);
    const stillUs = this.limit(limits.stillMs, limits.stalePeriods);
    const lateUs = this.limit(limits.lateMs, latePeriods);
    if (verdict.silentUs === null || verdict.silentUs > lostUs) return is('lost', 'no new picture for long');
    if (shown.timeUs === null) return is('stale', 'its clock is unknown');
    if (verdict.silentUs > staleUs) return is('stale', 'no new picture');
    if (overdue(shown, nowUs, lostUs)) return is('stale', 'pictures come far too old');
    if (this.liveRun < limits.liveAgainFrames) return is('stale', 'not enough new pictures yet');
    if (this.xrayOff) return is('xray_off', 'the beam is off');
    if (verdict.unchangedUs !== null && verdict.unchangedUs > stillUs)
      return is('still', 'the content does not change');
    if (overdue(shown, nowUs, lateUs) || this.onTimeRun < limits.liveAgainFrames)
      return is('late', 'pictures come late');
    return is('live', 'new pictures in time');
  }

  private limit(ms: number, periods: number): number {
    return longer(ms, this.periodUs, periods);
  }
  private countNew(frame: Seen, restarted: boolean, nowUs: number): void {
    const { limits, newest } = this;
    const staleUs = this.limit(limits.staleMs, limits.stalePeriods);
    const most = limits.liveAgainFrames;
    const gap = this.newestCameUs === null || nowUs - this.newestCameUs > staleUs;
    if (overdue(frame, nowUs, this.limit(limits.lostMs, limits.lostPeriods))) {
      this.liveRun = 0; // no clock, or hopelessly old
    } else if (gap || restarted || this.liveRun === 0 || newest === null) {
      this.liveRun = 1;
      this.onTimeRun = overdue(frame, nowUs, limits.lateMs * 1000) ? 0 : most;
    } else {
      this.liveRun = Math.min(this.liveRun + 1, most);
      const lateNow = overdue(frame, nowUs, limits.lateMs * 1000);
      const leftTooOld = overdue(newest, nowUs, this.limit(limits.lateMs, latePeriods));
      this.onTimeRun = lateNow || leftTooOld ? 0 : Math.min(this.onTimeRun + 1, most);
    }
  }
}

function overdue(frame: Seen, nowUs: number, limitUs: number): boolean {
  return frame.timeUs === null || nowUs - frame.timeUs + frame.boundUs > limitUs;
}
