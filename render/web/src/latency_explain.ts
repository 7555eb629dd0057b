// "Where is my time?" in words. Pure: news in, sentences out.
import { printable } from './latency.ts';
import type { Counters, DisplayNews, HopSummary, LatencyNews, StreamNews } from './latency_news.ts';
import { stageWords } from './latency_stages.ts';
import { stages, type Modality, type Stage } from './stamp.ts';

/** The least a hop can take as things are, and why; null: unknown. */
export interface Floor {
  us: number;
  why: string;
}
/** Fewer than ten samples lie beyond the 99th percentile. */
const trustedCount = 1000;

const oneDigit = (us: number): string => (us / 1000).toFixed(1);
/** "4.1 ± 0.3 ms"; never a number without its bound, nor one whose clocks are off by more than half a frame. */
export const withBound = (us: number, boundUs: number, periodUs: number): string =>
  printable(boundUs, periodUs) ? `${oneDigit(us)} ± ${oneDigit(boundUs)} ms` : 'clock not good enough';
/** "~" before a 99th percentile that too few samples stand behind. */
export const trust = (count: number): string => (count < trustedCount ? '~' : '');

const half = (counters: Counters, name: string, link: string): Floor | null => {
  const roundTripUs = counters[name];
  return roundTripUs === undefined ? null : { us: roundTripUs / 2, why: `half the ${link}’s round trip` };
};

/** Frames of the modality with the lower rate wait for the other's: half of its period, on average. */
function pairing(streams: StreamNews[], modality: Modality): Floor | null {
  const own = streams.find((one) => one.modality === modality)?.periodUs ?? 0;
  const others = streams.filter((one) => one.modality !== modality && one.modality !== 'camera' && one.periodUs > 0);
  const shortest = Math.min(...others.map(({ periodUs }) => periodUs));
  if (modality === 'camera' || own <= 0) return null;
  if (others.length === 0 || own < shortest * 0.95) return { us: 0, why: 'the leading modality never waits' };
  return own > shortest * 1.05 ? { us: shortest / 2, why: 'half a frame of the leading modality, on average' } : null;
}

export function floorOf(news: LatencyNews, display: DisplayNews, modality: Modality, stage: Stage): Floor | null {
  switch (stage) {
    case 'first_packet':
      return half(news.server, `${modality}.link.round_trip_us`, 'uplink');
    case 'delivered_first':
      return (
        half(display.health, 'link.round_trip_us', 'downlink') ??
        half(news.server, `to.${display.node}.link.round_trip_us`, 'downlink')
      );
    case 'paired':
      return pairing(display.streams, modality);
    default:
      return null;
  }
}

type Percentile = 'p50Us' | 'p99Us';
/** The hop that takes longest, of those whose clocks are good enough. */
export function dominating(stream: StreamNews, at: Percentile): { stage: Stage; hop: HopSummary } | null {
  let most: { stage: Stage; hop: HopSummary } | null = null;
  for (const stage of stages) {
    const hop = stream.hops[stage];
    if (stage === 'captured' || !hop || !printable(hop.boundUs, stream.periodUs)) continue; // before `captured` is the device
    if (!most || hop[at] > most.hop[at]) most = { stage, hop };
  }
  return most;
}

const atItsFloor = (us: number, floor: Floor): boolean => us - floor.us <= Math.max(500, floor.us / 5);

function againstFloor(us: number, floor: Floor | null): string {
  if (!floor) return 'Its floor is unknown here.';
  const known = `Its floor is ${oneDigit(floor.us)} ms (${floor.why})`;
  return atItsFloor(us, floor) ? `${known}: it is there.` : `${known}: ${oneDigit(us - floor.us)} ms could go.`;
}
const toChange = (stage: Stage): string => `What would change it: ${stageWords[stage].change}.`;

export function explain(news: LatencyNews, display: DisplayNews, stream: StreamNews): string[] {
  const { total, periodUs } = stream;
  if (!total) return ['No frame of the last 10 s tells both when it was captured and when it was presented: unknown.'];
  const known = printable(total.boundUs, periodUs);
  const out = known
    ? [`Half of the frames take ${withBound(total.p50Us, total.boundUs, periodUs)} or less.`]
    : [
        `The clocks are off by up to ${oneDigit(total.boundUs)} ms, more than half a frame: not good enough for the whole way. What passes within one machine is known.`,
      ];
  const often = dominating(stream, 'p50Us');
  const seldom = dominating(stream, 'p99Us');
  if (!often || !seldom) return [...out, 'No single hop is known.'];
  const floor = (stage: Stage) => floorOf(news, display, stream.modality, stage);
  const words = stageWords[often.stage];
  const share = known && total.p50Us > 0 ? ` (${Math.round((100 * often.hop.p50Us) / total.p50Us)} %)` : '';
  out.push(
    `Most of it is ${words.what}: ${withBound(often.hop.p50Us, often.hop.boundUs, periodUs)}${share}.`,
    againstFloor(often.hop.p50Us, floor(often.stage)),
  );
  const settled = floor(often.stage);
  if (!settled || !atItsFloor(often.hop.p50Us, settled)) out.push(toChange(often.stage));
  const beyond = `One frame in 100 takes ${trust(total.count)}${withBound(total.p99Us, total.boundUs, periodUs)} or more`;
  const slow = withBound(seldom.hop.p99Us, seldom.hop.boundUs, periodUs);
  if (seldom.stage === often.stage) {
    out.push(known ? `${beyond}; the same hop leads there too, with ${slow}.` : `One in 100 takes ${slow} for it.`);
  } else {
    const leads = `${stageWords[seldom.stage].what} leads, with ${slow}`;
    out.push(`${known ? `${beyond}; there ` : 'Of the slowest, '}${leads}.`);
    out.push(againstFloor(seldom.hop.p99Us, floor(seldom.stage)), toChange(seldom.stage));
  }
  return out;
}
