// Times in words, as the operating room's displays write them (render/panel_paint.cpp).
import type { Modality } from './stamp.ts';

/** The name above a pane. */
export const titles: Record<Modality, string> = { ultrasound: 'ECHO', xray: 'X-RAY', camera: 'CAMERA' };

/** "41 ms", "1.2 s", "2 min 05 s", "over 1 h"; "unknown" without a value. */
export function duration(us: number | null): string {
  if (us === null) return 'unknown';
  const ms = Math.round(us / 1000);
  if (ms < 1000) return `${ms} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ${String(Math.floor(ms / 1000) % 60).padStart(2, '0')} s`;
  return 'over 1 h';
}

/** The same in seconds from the start: "0.4 s". */
export const seconds = (us: number): string => (us >= 1e6 ? duration(us) : `${(us * 1e-6).toFixed(1)} s`);

/** "41 ms", or "41 ±3 ms" where the clock's bound is worth a digit. */
export function figure(us: number | null, boundUs: number): string {
  if (us === null || boundUs < 1000 || Math.abs(us) >= 1e6) return duration(us);
  return `${Math.round(us / 1000)} ±${Math.ceil(boundUs / 1000)} ms`;
}

const twoDigits = (part: number): string => String(part).padStart(2, '0');
/** Local time, "14:03:22". */
export const clockTime = (date: Date): string =>
  [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
/** Local date, "2026-03-09". */
export const day = (date: Date): string =>
  [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(twoDigits).join('-');

const wallSpeedCmPerS = 20;
/** What heart wall moves in that time: "2.4 mm". */
export function millimetres(us: number): string {
  const mm = Math.abs(us) * 1e-5 * wallSpeedCmPerS;
  return mm < 10 ? `${mm.toFixed(1)} mm` : `${mm.toFixed(0)} mm`;
}
