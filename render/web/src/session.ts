// This page's place in the room: joins, and comes back by itself after a dropped link, a reload, a restart of share.
import { readFromShare, type FromShare, type ToShare, type Welcome } from './messages.ts';

export type SessionState = 'idle' | 'connecting' | 'joined' | 'refused' | 'removed';

export interface Socket {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
}

/** What the session needs of its surroundings; tests hand in their own. */
export interface Surroundings {
  open(): Socket;
  /** Calls back once, unless cancelled by the function returned. */
  later(ms: number, what: () => void): () => void;
  /** Of this tab; survives a reload. */
  store: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
}

const notLetIn = 4001;
const removedByModerator = 4002;
const passKey = 'scialytic.pass';
const tokenKey = 'scialytic.token';
const firstBackoffMs = 500;
const longestBackoffMs = 5000;
/** A socket that opens and says nothing is as good as none. */
const patienceMs = 8000;

/** 0.5 s, 1 s, 2 s, 4 s, then every 5 s. */
export const backoffMs = (failures: number): number =>
  Math.min(firstBackoffMs * 2 ** Math.min(failures, 10), longestBackoffMs);

export class Session {
  state: SessionState = 'idle';
  why = '';
  /** How many words have come from share: whether it is there at all. */
  heard = 0;
  welcome: Welcome | null = null;
  onState: () => void = () => undefined;
  onMessage: (message: FromShare) => void = () => undefined;

  private socket: Socket | null = null;
  private name = '';
  private failures = 0;
  private cancel: () => void = () => undefined;

  /** `token`: of the link this page was opened with, empty without one. */
  constructor(
    private readonly around: Surroundings,
    token: string,
  ) {
    if (token === '') return;
    around.store.setItem(tokenKey, token);
    around.store.removeItem(passKey); // a new link is a new place
  }

  /** Has been let in before, in this tab. */
  get mayComeBack(): boolean {
    return this.around.store.getItem(passKey) !== null;
  }
  get hasToken(): boolean {
    return this.around.store.getItem(tokenKey) !== null;
  }
  join(name: string): void {
    this.name = name;
    this.failures = 0;
    this.connect();
  }
  /** False when it could not go now: the caller keeps what it has, or says so. */
  send(message: ToShare): boolean {
    if (this.state !== 'joined' || !this.socket) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }
  /** The socket is open and nobody answers on it: a link that died quietly. */
  renew(why: string): void {
    if (this.state === 'joined') this.lost(why);
  }
  leave(): void {
    this.around.store.removeItem(passKey);
    this.drop();
    this.become('idle', '');
  }

  private connect(): void {
    this.drop();
    const { store } = this.around;
    const pass = store.getItem(passKey);
    const token = store.getItem(tokenKey);
    if (pass === null && token === null) return this.become('refused', 'You need a link to this room.');
    this.become('connecting', this.why);
    const socket = this.around.open();
    this.socket = socket;
    this.cancel = this.around.later(patienceMs, () => this.lost('the server does not answer'));
    socket.onopen = () =>
      socket.send(JSON.stringify(pass !== null ? { type: 'join', pass } : { type: 'join', token, name: this.name }));
    socket.onmessage = ({ data }) => {
      const message = readFromShare(data);
      ++this.heard;
      if (message) this.hear(message);
    };
    socket.onclose = ({ code, reason }) => {
      if (code === notLetIn) this.end('refused', this.why || reason || 'This link is not valid any more.');
      else if (code === removedByModerator) this.end('removed', reason);
      else this.lost(reason || 'the connection was lost');
    };
  }
  private hear(message: FromShare): void {
    if (message.type === 'refused') {
      this.why = message.why;
    } else if (message.type === 'welcome') {
      this.cancel();
      this.failures = 0;
      this.welcome = message;
      this.around.store.setItem(passKey, message.pass);
      this.around.store.removeItem(tokenKey);
      this.become('joined', '');
    }
    this.onMessage(message);
  }
  private end(state: 'refused' | 'removed', why: string): void {
    this.around.store.removeItem(passKey);
    this.around.store.removeItem(tokenKey);
    this.drop();
    this.become(state, why);
  }
  private lost(why: string): void {
    this.drop();
    this.become('connecting', why);
    this.cancel = this.around.later(backoffMs(this.failures++), () => this.connect());
  }
  private drop(): void {
    this.cancel();
    this.cancel = () => undefined;
    const { socket } = this;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
  private become(state: SessionState, why: string): void {
    this.state = state;
    this.why = why;
    this.onState();
  }
}

/** Takes the token out of the address, so that nobody reads it there, copies it or finds it in the history. */
export function takeToken(location: Location, history: History): string {
  const token = location.hash.slice(1);
  if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search);
  return token;
}

export const browserSurroundings = (): Surroundings => ({
  open: () => new WebSocket(`wss://${location.host}/session`, 'scialytic.1') as unknown as Socket,
  later: (ms, what) => {
    const timer = setTimeout(what, ms);
    return () => clearTimeout(timer);
  },
  store: sessionStorage,
});
