// The words and judgements of the latency page, without a browser.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { dominating, explain, floorOf, withBound } from '../../render/web/src/latency_explain.ts';
import { goingOf } from '../../render/web/src/latency_going.ts';
import { LatencyHistory } from '../../render/web/src/latency_history.ts';
import { hopsOf, latencyNews, totalUs, type LatencyNews } from '../../render/web/src/latency_news.ts';
import { stageWords } from '../../render/web/src/latency_stages.ts';
import { readFromShare } from '../../render/web/src/messages.ts';
import { stages } from '../../render/web/src/stamp.ts';
import { latencyOf } from './latency_words.mjs';

declare const TEST_DATA: string;

const newsOf = (change: object = {}): LatencyNews => latencyNews(latencyOf(change));
function first(news: LatencyNews) {
  const display = news.displays[0];
  const stream = display?.streams[0];
  assert.ok(display && stream);
  return { news, display, stream };
}
const said = (change: object = {}): string => {
  const { news, display, stream } = first(newsOf(change));
  return explain(news, display, stream).join(' ');
};

test('the hop that takes longest is named at p50 and at p99, with its share and its options', () => {
  const words = said();
  assert.match(words, /Half of the frames take 12\.0 ± 0\.3 ms or less\./);
  assert.match(
    words,
    /Most of it is encoding the fused picture: 6\.0 ± 0\.0 ms \(50 %\)\. Its floor is unknown here\./,
  );
  assert.match(
    words,
    /What would change it: more threads, a coarser view-quality, a hardware encoder or a smaller canvas-width\./,
  );
  assert.match(
    words,
    /One frame in 100 takes ~30\.0 ± 0\.3 ms or more; there the uplink leads, with 22\.0 ± 0\.3 ms\./,
  );
});

test('a hop is held against its floor: half the round trip of its link', () => {
  const { news, display } = first(newsOf());
  assert.equal(floorOf(news, display, 'xray', 'first_packet')?.us, 2_000);
  assert.equal(floorOf(news, display, 'xray', 'delivered_first')?.us, 400);
  assert.equal(floorOf(news, display, 'xray', 'fused'), null);
  assert.match(said(), /Its floor is 2\.0 ms \(half the uplink’s round trip\): 20\.0 ms could go\./);
  const atFloor = newsOf({ server: { 'xray.link.round_trip_us': 42_000 } });
  const { display: there, stream } = first(atFloor);
  assert.match(explain(atFloor, there, stream).join(' '), /Its floor is 21\.0 ms .*: it is there\./);
});

test('the modality with the lower rate waits half a frame of the other, which never waits', () => {
  const { news, display } = first(newsOf());
  const [xray] = display.streams;
  assert.ok(xray);
  const slower = { ...xray, periodUs: 66_667 };
  const faster = { ...xray, modality: 'ultrasound' as const, periodUs: 33_333 };
  const both = { ...display, streams: [slower, faster] };
  assert.equal(floorOf(news, both, 'xray', 'paired')?.us, 33_333 / 2);
  assert.equal(floorOf(news, both, 'ultrasound', 'paired')?.us, 0);
  const alike = { ...display, streams: [{ ...slower, periodUs: 33_333 }, faster] };
  assert.equal(floorOf(news, alike, 'xray', 'paired'), null, 'who leads is not known');
});

test('no number stands without its bound, and none whose clock is off by more than half a frame', () => {
  assert.equal(withBound(4_100, 250, 33_333), '4.1 ± 0.3 ms');
  assert.equal(withBound(4_100, 16_667, 33_333), 'clock not good enough');
  const words = said({ boundUs: 20_000 });
  assert.match(words, /not good enough for the whole way/);
  assert.doesNotMatch(words, /12\.0|22\.0|30\.0/);
  assert.match(words, /encoding the fused picture: 6\.0 ± 0\.0 ms/, 'within one machine it is known');
});

test('a hop whose clock is not good enough leads nothing', () => {
  const { stream } = first(newsOf({ boundUs: 20_000 }));
  assert.equal(dominating(stream, 'p99Us')?.stage, 'encoded_for_view');
});

test('frames without times are unknown in words', () => {
  const { news, display, stream } = first(newsOf());
  assert.match(explain(news, display, { ...stream, total: null }).join(' '), /unknown/);
});

test('every option that the words name is one of docs/example.yaml, and every stage has words', () => {
  const example = readFileSync(join(TEST_DATA, '../../docs/example.yaml'), 'utf8');
  for (const stage of stages) {
    const { options, change, what } = stageWords[stage];
    assert.ok(what.length > 5);
    for (const option of options) {
      assert.match(example, new RegExp(`^${option}:`, 'm'), option);
      if (option !== 'real-time') assert.ok(change.includes(option) || options.length > 1, `${stage}: ${option}`);
    }
  }
});

test('hops behind captured add up to the frame’s latency', () => {
  const { stream } = first(newsOf());
  const frame = stream.recent[0];
  assert.ok(frame);
  const sum = hopsOf(frame)
    .filter(({ stage }) => stage !== 'captured')
    .reduce((all, { fromUs, toUs }) => all + toUs - fromUs, 0);
  assert.equal(sum, totalUs(frame));
});

test('news that are no news are taken apart without harm', () => {
  assert.equal(readFromShare('{"type":"latency","displays":7,"server":{}}'), null);
  for (const displays of [
    [null, 7, 'x', [], {}],
    [{ node: 'a', streams: 'x', health: 3 }],
    [{ node: 'a', streams: [{}] }],
  ])
    for (const display of latencyNews({ displays }).displays) assert.deepEqual(display.streams, []);
  const odd = latencyNews({
    displays: [
      {
        node: '__proto__',
        silent_ms: 'soon',
        health: { __proto__: 1, a: null, b: 2 },
        streams: [
          {
            modality: 'xray',
            total: { count: 1 },
            hops: { encoded: 4, constructor: 1 },
            recent: [{ marks_us: 3 }],
            totals_us: [1, null],
          },
        ],
      },
    ],
  });
  const stream = odd.displays[0]?.streams[0];
  assert.equal(odd.displays[0]?.silentMs, null);
  assert.equal(stream?.total, null);
  assert.deepEqual(stream?.hops, {});
  assert.deepEqual(stream?.recent, []);
  assert.deepEqual(stream?.totalsUs, [1]);
});

test('what stops is not live, with since when and why', () => {
  const news = newsOf({ silentMs: 100 });
  const at = (change: Partial<{ heardMs: number; joined: boolean; reached: boolean; news: LatencyNews }>) =>
    goingOf(
      change.news ?? news,
      change.heardMs ?? 9_900,
      'wall',
      10_000,
      change.joined ?? true,
      change.reached ?? true,
    );
  assert.deepEqual(at({}), { live: true, why: '', sinceMs: null });
  assert.deepEqual(goingOf(null, null, 'wall', 10_000, true, true).live, false);
  assert.deepEqual(at({ heardMs: 8_000 }), { live: false, why: 'share is silent', sinceMs: 8_000 });
  assert.equal(at({ joined: false }).why, 'share is not connected');
  assert.equal(at({ reached: false }).why, 'share does not reach the server');
  assert.deepEqual(at({ news: newsOf({ silentMs: 2_000 }) }), {
    live: false,
    why: 'the display finishes no frames',
    sinceMs: 7_900,
  });
  assert.equal(at({ news: newsOf({ silentMs: 2_000, health: { frozen: 1 } }) }).why, 'the display is frozen by its user');
  assert.equal(at({ news: { ...news, silentMs: null } }).why, 'the server tells no timelines');
  assert.equal(goingOf(news, 9_900, 'another', 10_000, true, true).live, false);
});

test('the last minute holds what came and what happened in it', () => {
  const history = new LatencyHistory();
  const hear = (change: object, nowMs: number) => {
    const { news, display } = first(newsOf(change));
    history.heard(news, display, nowMs);
  };
  hear({ totals: [10_000] }, 1_000);
  hear({ totals: [11_000, 12_000], health: { 'state.xray.LIVE': 1, 'drops.missing': 4 } }, 1_200);
  hear({ totals: [], health: { 'state.xray.STALE': 1, 'drops.missing': 6 } }, 1_400);
  hear({ totals: [], health: { 'state.xray.STALE': 1, 'drops.missing': 6 } }, 1_600);
  assert.deepEqual(history.points.get('xray'), [
    { atMs: 1_000, us: 10_000 },
    { atMs: 1_100, us: 11_000 },
    { atMs: 1_200, us: 12_000 },
  ]);
  assert.deepEqual(
    history.events.map(({ kind, words }) => [kind, words]),
    [
      ['state', 'X-RAY LIVE → STALE'],
      ['drop', 'drops missing: 2 more'],
    ],
  );
  hear({ totals: [13_000], health: { 'state.xray.STALE': 1, 'drops.missing': 6 } }, 61_500);
  hear({ totals: [14_000], health: { 'state.xray.STALE': 1, 'drops.missing': 6 }, boundUs: 20_000 }, 61_600);
  assert.deepEqual(
    history.points.get('xray')?.map(({ us }) => us),
    [13_000],
  );
  assert.deepEqual(history.events, []);
});
