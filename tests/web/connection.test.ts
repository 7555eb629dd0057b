// An offer that is not answered: a busy server is asked again, a link that died is made anew.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Connection } from '../../render/web/src/connection.ts';
import { Session, type Socket } from '../../render/web/src/session.ts';

class FakePeer {
  signalingState = 'stable';
  connectionState = 'new';
  iceGatheringState = 'complete';
  localDescription: { sdp: string } | null = null;
  onconnectionstatechange: (() => void) | null = null;
  addEventListener(): void {}
  createOffer = () => Promise.resolve({ sdp: 'v=0' });
  setLocalDescription(description: { sdp: string }): Promise<void> {
    this.localDescription = description;
    this.signalingState = 'have-local-offer';
    return Promise.resolve();
  }
  close(): void {
    this.signalingState = 'closed';
  }
}

class Scene {
  sent: { type: string }[] = [];
  closed = false;
  timers: { ms: number; what: () => void }[] = [];
  socket: Socket = {
    send: (text) => void this.sent.push(JSON.parse(text) as { type: string }),
    close: () => void (this.closed = true),
    onopen: null,
    onmessage: null,
    onclose: null,
  };
  session: Session;
  connection: Connection;

  constructor() {
    const values = new Map<string, string>();
    const store = {
      getItem: (key: string) => values.get(key) ?? null,
      setItem: (key: string, value: string) => void values.set(key, value),
      removeItem: (key: string) => void values.delete(key),
    };
    this.session = new Session({ open: () => this.socket, later: () => () => undefined, store }, 'T1');
    this.session.join('Ada');
    this.hears({ type: 'welcome', you: 3, name: 'Ada', role: 'colleague', colour: 2, pass: 'P1', ice: [],
                 may: { talk: true, draw: true, camera: false, moderate: false }, layouts: ['fused'], layout: 'fused', size: 'full' });
    const surroundings = globalThis as unknown as { RTCPeerConnection: unknown; setTimeout: unknown };
    surroundings.RTCPeerConnection = FakePeer;
    surroundings.setTimeout = (what: () => void, ms: number) => this.timers.push({ ms, what });
    this.connection = new Connection('talk', this.session, () => undefined);
  }
  hears(message: object): void {
    this.socket.onmessage?.({ data: JSON.stringify(message) });
  }
  offers = () => this.sent.filter(({ type }) => type === 'offer').length;
  /** The timer that was set last and is as long as that. */
  due(ms: number): void {
    const timer = this.timers.filter((one) => one.ms === ms).at(-1);
    assert.ok(timer, `nothing is waited for ${ms} ms: ${this.timers.map((one) => one.ms).join(', ')}`);
    timer.what();
  }
}

const real = globalThis.setTimeout;
const turn = async () => {
  for (let i = 0; i < 20; ++i) await Promise.resolve();
};
const scene = async (what: (scene: Scene) => Promise<void>) => {
  const one = new Scene();
  try {
    one.connection.open();
    await turn();
    assert.equal(one.offers(), 1);
    await what(one);
  } finally {
    globalThis.setTimeout = real;
  }
};

test('a server that lives but does not answer an offer is asked again on the same link, and gets more time', () =>
  scene(async (one) => {
    one.hears({ type: 'pong', id: 0, server_us: null });
    one.due(6000);
    assert.equal(one.closed, false);
    one.due(500);
    await turn();
    assert.equal(one.offers(), 2);
    assert.ok(one.timers.some(({ ms }) => ms === 12_000));
  }));

test('a server that says nothing at all is a link that died: it is made anew', () =>
  scene((one) => {
    one.due(6000);
    assert.ok(one.closed);
    assert.equal(one.session.state, 'connecting');
    return Promise.resolve();
  }));
