// A share's word on latency, as JSON.parse gives it: one display, one X-ray of 12 ms, with a slow uplink now and then.

const hop = (p50_us, p99_us, bound_us, count = 300) => ({ count, p50_us, p99_us, newest_us: p50_us, bound_us });

export function latencyOf({ boundUs = 300, silentMs = 100, totals = [12_000], sequence = 1, node = 'wall', health = {}, server = {} } = {}) {
  const marks = { captured: 0, encoded: 1_500, first_packet: 3_900, received: 4_000, decoded: 5_000, fused: 5_500, encoded_for_view: 11_500, presented: 12_000 };
  const names = ['acquired', 'captured', 'encoded', 'sent', 'first_packet', 'received', 'decoded', 'paired', 'fused', 'annotated',
                 'encoded_for_view', 'published', 'delivered_first', 'delivered', 'unpacked', 'presented'];
  return {
    displays: [
      {
        node,
        silent_ms: silentMs,
        health: { ...(Object.keys(health).some((name) => name.startsWith('state.')) ? {} : { 'state.xray.LIVE': 1 }), 'link.lost': 0, 'link.repaired': 2, 'link.lost_ppm': 1_000, 'link.round_trip_us': 800, ...health },
        streams: [
          {
            modality: 'xray',
            stream: 2,
            frames: 300,
            untimed: 0,
            period_us: 33_333,
            total: hop(12_000, 30_000, boundUs),
            hops: {
              encoded: hop(1_500, 2_000, 0),
              first_packet: hop(2_400, 22_000, boundUs),
              received: hop(100, 200, 0),
              decoded: hop(1_000, 1_500, 0),
              fused: hop(500, 900, 0),
              encoded_for_view: hop(6_000, 9_000, 0),
              presented: hop(500, 700, boundUs),
            },
            recent: [{ sequence, bound_us: boundUs, marks_us: names.map((name) => marks[name] ?? null) }],
            totals_us: totals,
          },
        ],
      },
    ],
    untold: 0,
    silent_ms: 100,
    server: { 'xray.link.round_trip_us': 4_000, 'xray.link.lost_ppm': 0, 'xray.link.lost': 0, ...server },
  };
}
