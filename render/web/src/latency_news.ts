// What share tells of how long things take (render/share_latency.hpp), taken apart strictly: a figure that is not one is
// unknown, and names are text.
import { modalities, stages, type Modality, type Stage } from './stamp.ts';

export interface HopSummary {
  count: number;
  p50Us: number;
  p99Us: number;
  newestUs: number;
  boundUs: number;
}
/** Since `captured`, or since the first known mark where that is unknown; in the order of the path. */
export interface FrameMarks {
  sequence: number;
  boundUs: number;
  marksUs: Partial<Record<Stage, number>>;
}
export interface StreamNews {
  modality: Modality;
  stream: number;
  frames: number;
  untimed: number;
  periodUs: number; // 0: unknown
  total: HopSummary | null;
  hops: Partial<Record<Stage, HopSummary>>;
  recent: FrameMarks[];
  totalsUs: number[];
}
export type Counters = Record<string, number>;
export interface DisplayNews {
  node: string;
  silentMs: number | null; // null: never finished a frame
  health: Counters;
  streams: StreamNews[];
}
export interface LatencyNews {
  displays: DisplayNews[];
  untold: number;
  silentMs: number | null; // null: the server has not said anything
  server: Counters;
}

type Raw = Record<string, unknown>;
const isRaw = (value: unknown): value is Raw => typeof value === 'object' && value !== null && !Array.isArray(value);
const rawList = (value: unknown): Raw[] => (Array.isArray(value) ? value.filter(isRaw) : []);
const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);

function hopIn(value: unknown): HopSummary | null {
  if (!isRaw(value)) return null;
  const [count, p50Us, p99Us, newestUs, boundUs] = ['count', 'p50_us', 'p99_us', 'newest_us', 'bound_us'].map((key) =>
    number(value[key]),
  );
  if (count == null || p50Us == null || p99Us == null || newestUs == null || boundUs == null || count < 1) return null;
  return { count, p50Us, p99Us, newestUs, boundUs };
}

function frameIn(raw: Raw): FrameMarks[] {
  const sequence = number(raw.sequence);
  const boundUs = number(raw.bound_us);
  if (sequence === null || boundUs === null || !Array.isArray(raw.marks_us)) return [];
  const marksUs: FrameMarks['marksUs'] = {};
  const told = raw.marks_us as unknown[];
  stages.forEach((stage, i) => {
    const mark = number(told[i]);
    if (mark !== null) marksUs[stage] = mark;
  });
  return [{ sequence, boundUs, marksUs }];
}

function streamIn(raw: Raw): StreamNews[] {
  const modality = modalities.find((one) => one === raw.modality);
  if (modality === undefined) return [];
  const hops: StreamNews['hops'] = {};
  for (const stage of stages) {
    const hop = isRaw(raw.hops) && Object.hasOwn(raw.hops, stage) ? hopIn(raw.hops[stage]) : null;
    if (hop) hops[stage] = hop;
  }
  return [
    {
      modality,
      stream: number(raw.stream) ?? 0,
      frames: number(raw.frames) ?? 0,
      untimed: number(raw.untimed) ?? 0,
      periodUs: number(raw.period_us) ?? 0,
      total: hopIn(raw.total),
      hops,
      recent: rawList(raw.recent).flatMap(frameIn),
      totalsUs: Array.isArray(raw.totals_us) ? raw.totals_us.flatMap((one) => number(one) ?? []) : [],
    },
  ];
}

function countersIn(value: unknown): Counters {
  const out: Counters = Object.create(null) as Counters;
  if (isRaw(value))
    for (const [name, count] of Object.entries(value)) {
      const known = number(count);
      if (known !== null) out[name] = known;
    }
  return out;
}

/** `message`: of the type "latency", parsed. */
export function latencyNews(message: object): LatencyNews {
  const raw = message as Raw;
  return {
    displays: rawList(raw.displays).flatMap((one) =>
      typeof one.node !== 'string'
        ? []
        : [
            {
              node: one.node,
              silentMs: number(one.silent_ms),
              health: countersIn(one.health),
              streams: rawList(one.streams).flatMap(streamIn),
            },
          ],
    ),
    untold: number(raw.untold) ?? 0,
    silentMs: number(raw.silent_ms),
    server: countersIn(raw.server),
  };
}

/** Captured → presented of one frame; null where a mark is missing. */
export function totalUs({ marksUs }: FrameMarks): number | null {
  const { captured, presented } = marksUs;
  return captured === undefined || presented === undefined ? null : presented - captured;
}
/** From one known mark to the next, in order. Those behind `captured` add up to the frame's latency. */
export function hopsOf({ marksUs }: FrameMarks): { stage: Stage; fromUs: number; toUs: number }[] {
  const known = stages.flatMap((stage) => {
    const atUs = marksUs[stage];
    return atUs === undefined ? [] : [{ stage, atUs }];
  });
  return known.slice(1).map(({ stage, atUs }, i) => ({ stage, fromUs: known[i]?.atUs ?? 0, toUs: atUs }));
}
