// Exchanges of clocks, and the pointer, over the data channel "live": late is worthless, so nothing is sent twice.
// A picture by Janus has no such channel; then both go over the session's own socket.
import type { ServerClock } from './clock.ts';
import { readPong, type LiveMessage, type PointerMessage, type Pong } from './messages.ts';

const tickMs = 50;
const mostAsked = 32;

export interface LiveCarrier {
  ready(): boolean;
  send(message: LiveMessage): void;
}

export class LiveChannel {
  private carrier: LiveCarrier | null = null;
  private readonly asked = new Map<number, number>();
  private count = 0;

  constructor(private readonly clock: ServerClock) {
    setInterval(() => this.ask(), tickMs);
  }
  use(channel: RTCDataChannel): void {
    this.useCarrier({
      ready: () => channel.readyState === 'open',
      send: (message) => channel.send(JSON.stringify(message)),
    });
    channel.onmessage = ({ data }: MessageEvent<unknown>) => this.heard(readPong(data));
  }
  /** Who carries the questions hands the answers to `heard`. */
  useCarrier(carrier: LiveCarrier): void {
    this.carrier = carrier;
    this.asked.clear();
  }
  heard(pong: Pong | null): void {
    const receivedUs = performance.now() * 1000;
    const sentUs = pong ? this.asked.get(pong.id) : undefined;
    if (!pong || sentUs === undefined) return;
    this.asked.delete(pong.id);
    if (pong.server_us !== null) this.clock.exchange(sentUs, pong.server_us, receivedUs, pong.bound_us);
  }
  point(message: PointerMessage): boolean {
    if (!this.carrier?.ready()) return false;
    this.carrier.send(message);
    return true;
  }
  private ask(): void {
    if (!this.carrier?.ready() || !this.clock.askNow(performance.now() * 1000)) return;
    this.asked.set(++this.count, performance.now() * 1000);
    this.asked.delete(this.count - mostAsked);
    this.carrier.send({ type: 'ping', id: this.count });
  }
}
