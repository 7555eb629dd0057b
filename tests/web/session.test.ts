import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readFromShare, readPong } from '../../render/web/src/messages.ts';
import { backoffMs, Session, takeToken, type Socket } from '../../render/web/src/session.ts';

class FakeSocket implements Socket {
  sent: Record<string, unknown>[] = [];
  closed = false;
  onopen: Socket['onopen'] = null;
  onmessage: Socket['onmessage'] = null;
  onclose: Socket['onclose'] = null;
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }
  close(): void {
    this.closed = true;
  }
  hears(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

/** Sockets, timers and storage in the test's hands. */
class Around {
  sockets: FakeSocket[] = [];
  timers: { ms: number; what: () => void; gone: boolean }[] = [];
  values = new Map<string, string>();
  store = {
    getItem: (key: string) => this.values.get(key) ?? null,
    setItem: (key: string, value: string) => void this.values.set(key, value),
    removeItem: (key: string) => void this.values.delete(key),
  };
  open = (): FakeSocket => {
    const socket = new FakeSocket();
    this.sockets.push(socket);
    return socket;
  };
  later = (ms: number, what: () => void): (() => void) => {
    const timer = { ms, what, gone: false };
    this.timers.push(timer);
    return () => void (timer.gone = true);
  };
  get socket(): FakeSocket {
    return this.sockets.at(-1) as FakeSocket;
  }
  /** The one timer that is still waited for. */
  wait(): number {
    const due = this.timers.filter(({ gone }) => !gone);
    assert.equal(due.length, 1);
    const [timer] = due;
    if (!timer) return 0;
    timer.gone = true;
    timer.what();
    return timer.ms;
  }
}
const welcome = {
  type: 'welcome',
  you: 3,
  name: 'Ada',
  role: 'colleague',
  colour: 2,
  pass: 'P1',
  may: { talk: true, draw: true, camera: false, moderate: false },
  ice: [],
  layouts: ['fused'],
  layout: 'fused',
  size: 'full',
};

function joined(): { around: Around; session: Session } {
  const around = new Around();
  const session = new Session(around, 'T1');
  session.join('Ada');
  around.socket.onopen?.();
  around.socket.hears(welcome);
  return { around, session };
}

test('one joins by the token of the link, once, and keeps a pass for later', () => {
  const { around, session } = joined();
  assert.deepEqual(around.socket.sent[0], { type: 'join', token: 'T1', name: 'Ada' });
  assert.equal(session.state, 'joined');
  assert.equal(around.values.get('scialytic.pass'), 'P1');
  assert.equal(session.hasToken, false);
});

test('the token leaves the address at once', () => {
  let replaced = '';
  const address = { hash: '#T1', pathname: '/', search: '' } as Location;
  const token = takeToken(address, {
    replaceState: (_: unknown, __: string, url: string) => void (replaced = url),
  } as unknown as History);
  assert.deepEqual([token, replaced], ['T1', '/']);
});

test('a reload before joining keeps the token, a reload after it comes back by the pass', () => {
  const around = new Around();
  new Session(around, 'T1');
  assert.ok(new Session(around, '').hasToken);
  const { around: after } = joined();
  const again = new Session(after, '');
  assert.ok(again.mayComeBack);
  again.join('');
  after.socket.onopen?.();
  assert.deepEqual(after.socket.sent, [{ type: 'join', pass: 'P1' }]);
});

test('a new link is a new place', () => {
  const { around } = joined();
  const session = new Session(around, 'T2');
  session.join('Ada');
  around.socket.onopen?.();
  assert.deepEqual(around.socket.sent[0], { type: 'join', token: 'T2', name: 'Ada' });
});

test('a dropped link comes back by itself, ever more slowly, and at once again after a success', () => {
  const { around, session } = joined();
  const waits: number[] = [];
  for (let i = 0; i < 6; ++i) {
    around.socket.onclose?.({ code: 1006, reason: '' });
    assert.equal(session.state, 'connecting');
    waits.push(around.wait());
  }
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 5000, 5000]);
  around.socket.onopen?.();
  assert.deepEqual(around.socket.sent, [{ type: 'join', pass: 'P1' }]);
  around.socket.hears(welcome);
  assert.equal(session.state, 'joined');
  around.socket.onclose?.({ code: 1006, reason: '' });
  assert.equal(around.wait(), 500);
});

test('a server that opens and says nothing is tried again', () => {
  const around = new Around();
  const session = new Session(around, 'T1');
  session.join('Ada');
  const silent = around.socket;
  silent.onopen?.();
  assert.equal(around.wait(), 8000);
  assert.ok(silent.closed);
  assert.equal(session.state, 'connecting');
  around.wait();
  assert.equal(around.sockets.length, 2);
});

test('a link that died quietly is dropped and made anew', () => {
  const { around, session } = joined();
  const { socket } = around;
  session.renew('the server does not answer');
  assert.ok(socket.closed);
  assert.deepEqual([session.state, session.why], ['connecting', 'the server does not answer']);
  around.wait();
  around.socket.onopen?.();
  assert.deepEqual(around.socket.sent, [{ type: 'join', pass: 'P1' }]);
});

test('who is refused does not come back by itself, and knows why', () => {
  const around = new Around();
  const session = new Session(around, 'T1');
  session.join('Ada');
  around.socket.onopen?.();
  around.socket.hears({ type: 'refused', why: 'this link has expired' });
  around.socket.onclose?.({ code: 4001, reason: '' });
  assert.deepEqual([session.state, session.why], ['refused', 'this link has expired']);
  assert.equal(around.timers.filter(({ gone }) => !gone).length, 0);
  assert.equal(session.hasToken, false);
});

test('who is removed stays out, and what they send goes nowhere', () => {
  const { around, session } = joined();
  around.socket.onclose?.({ code: 4002, reason: '' });
  assert.equal(session.state, 'removed');
  assert.equal(session.mayComeBack, false);
  assert.equal(session.send({ type: 'undo' }), false);
});

test('the pauses double from half a second to five', () => {
  assert.deepEqual([0, 1, 2, 3, 4, 9, 1000].map(backoffMs), [500, 1000, 2000, 4000, 5000, 5000, 5000]);
});

test('what is no message of this version is nothing', () => {
  for (const text of [
    '',
    '{',
    '[]',
    'null',
    '{"type":"toString"}',
    '{"type":"__proto__"}',
    '{"type":"answer"}',
    '{"type":"answer","connection":"view","sdp":5}',
    '{"type":"people","people":{}}',
    '{"type":"welcome"}',
    '{"type":5}',
  ])
    assert.equal(readFromShare(text), null, text);
  assert.equal(readFromShare(new ArrayBuffer(4)), null);
  assert.deepEqual(readFromShare('{"type":"server","reached":true,"more":1}'), {
    type: 'server',
    reached: true,
    more: 1,
  });
  assert.deepEqual(
    readFromShare('{"type":"people","people":[null,{"id":1,"name":"A","role":"viewer","colour":0},{"id":"x"}]}'),
    { type: 'people', people: [{ id: 1, name: 'A', role: 'viewer', colour: 0 }] },
  );
});

test('a pong may say that the server’s clock is unknown', () => {
  assert.deepEqual(readPong('{"type":"pong","id":4,"server_us":null}'), {
    type: 'pong',
    id: 4,
    server_us: null,
    bound_us: 0,
  });
  assert.equal(readPong('{"type":"pong","id":4,"server_us":"7"}'), null);
  assert.equal(readPong('{"type":"ping","id":4}'), null);
});
