// Are these figures of now? Pure: `now` is passed in. What has stopped says since when, and never looks live.
import type { LatencyNews } from './latency_news.ts';

/** Share tells five times a second, a display and the server at least once. */
const shareSilentMs = 1500;
const displaySilentMs = 2000;
const serverSilentMs = 4000;

export interface Going {
  live: boolean;
  /** In words; '' while it goes on. */
  why: string;
  /** On the clock of `now`; null: never was. */
  sinceMs: number | null;
}
const going: Going = { live: true, why: '', sinceMs: null };

/** Of one display. `heardMs`: when `news` came; null: nothing has come yet. */
export function goingOf(
  news: LatencyNews | null,
  heardMs: number | null,
  node: string,
  nowMs: number,
  joined: boolean,
  reached: boolean,
): Going {
  if (news === null || heardMs === null) return { live: false, why: 'nothing has come yet', sinceMs: null };
  const stopped = (why: string, agoMs: number): Going => ({ live: false, why, sinceMs: nowMs - agoMs });
  const sinceNewsMs = nowMs - heardMs;
  if (!joined) return stopped('share is not connected', sinceNewsMs);
  if (sinceNewsMs > shareSilentMs) return stopped('share is silent', sinceNewsMs);
  if (!reached) return stopped('share does not reach the server', (news.silentMs ?? 0) + sinceNewsMs);
  if (news.silentMs === null) return { live: false, why: 'the server tells no timelines', sinceMs: null };
  const display = news.displays.find((one) => one.node === node);
  if (!display || display.silentMs === null)
    return { live: false, why: 'no frame has come to its end there yet', sinceMs: null };
  if (display.silentMs + sinceNewsMs > displaySilentMs)
    return stopped(
      display.health.frozen === 1 ? 'the display is frozen by its user' : 'the display finishes no frames',
      display.silentMs + sinceNewsMs,
    );
  if (news.silentMs + sinceNewsMs > serverSilentMs) return stopped('the server is silent', news.silentMs + sinceNewsMs);
  return going;
}
