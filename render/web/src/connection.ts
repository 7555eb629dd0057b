// One peer connection of this page: the page offers, share answers with all its candidates in the answer. Where Janus
// gives the picture out, that one is offered to the page.
import type { ConnectionKind } from './messages.ts';
import { backoffMs, type Session } from './session.ts';

const gatheringMs = 1000;
const answerMs = 6000;
/** A busy server gets more time for each new offer, up to so many times as much. */
const mostPatience = 4;
/** What has not come back by itself until then is offered anew. */
const interruptedMs = 3000;

/** What differs between view, talk and camera: what stands in the peer connection before its offer, or before one to it. */
export type Furnish = (peer: RTCPeerConnection, offered: boolean) => void;

export class Connection {
  peer: RTCPeerConnection | null = null;
  why = '';
  onState: () => void = () => undefined;
  private failures = 0;
  private timer = 0;
  private wanted = false;

  constructor(
    readonly kind: ConnectionKind,
    private readonly session: Session,
    private readonly furnish: Furnish,
    private readonly configuration: () => RTCConfiguration = () => ({}),
  ) {}

  get connected(): boolean {
    return this.peer?.connectionState === 'connected';
  }
  /** Opens it, or replaces what is there. Later failures are followed by new offers until `close`. */
  open(): void {
    this.wanted = true;
    this.failures = 0;
    this.ask();
  }
  close(): void {
    this.wanted = false;
    clearTimeout(this.timer);
    if (!this.peer && !this.isOffered) return;
    this.drop();
    this.session.send({ type: 'close', connection: this.kind });
  }
  async answered(sdp: string): Promise<void> {
    const { peer } = this;
    if (peer?.signalingState !== 'have-local-offer') return;
    try {
      await peer.setRemoteDescription({ type: 'answer', sdp });
    } catch (error) {
      this.ended(`the answer was not understood: ${String(error)}`);
    }
  }
  /** Also when nobody asked: another picture was chosen. */
  async offered(sdp: string): Promise<void> {
    if (!this.wanted) return;
    clearTimeout(this.timer);
    const peer = this.make();
    try {
      this.furnish(peer, true);
      await peer.setRemoteDescription({ type: 'offer', sdp });
      await peer.setLocalDescription(await peer.createAnswer());
      await gathered(peer);
      const answer = peer.localDescription?.sdp;
      if (this.peer === peer && answer) this.session.send({ type: 'answer', connection: this.kind, sdp: answer });
    } catch (error) {
      if (this.peer === peer) this.ended(String(error));
    }
  }
  /** `again`: worth another try. */
  ended(why: string, again = true): void {
    this.drop();
    this.why = why;
    this.wanted &&= again;
    clearTimeout(this.timer);
    if (this.wanted) this.later(() => this.ask(), backoffMs(this.failures++));
    this.onState();
  }

  private get isOffered(): boolean {
    return this.kind === 'view' && this.session.welcome?.picture === 'janus';
  }
  private later(what: () => void, ms: number): void {
    this.timer = setTimeout(what, ms) as unknown as number;
  }
  private ask(): void {
    if (!this.isOffered) return void this.offer();
    clearTimeout(this.timer);
    this.drop();
    if (!this.session.send({ type: 'watch' })) return; // whoever comes back opens again
    this.later(() => this.ended('no picture was offered'), answerMs);
  }
  private drop(): void {
    const { peer } = this;
    this.peer = null;
    if (!peer) return;
    peer.onconnectionstatechange = null;
    peer.close();
  }
  private async offer(): Promise<void> {
    clearTimeout(this.timer);
    this.drop();
    if (this.session.state !== 'joined') return; // whoever comes back opens again
    const peer = this.make();
    try {
      this.furnish(peer, false);
      await peer.setLocalDescription(await peer.createOffer());
      await gathered(peer);
      const sdp = peer.localDescription?.sdp;
      if (this.peer !== peer || !sdp) return;
      const { heard } = this.session;
      this.session.send({ type: 'offer', connection: this.kind, sdp });
      this.session.send({ type: 'ping', id: 0 }); // is there anybody?
      setTimeout(
        () => {
          if (this.peer !== peer || peer.signalingState !== 'have-local-offer') return;
          if (this.session.heard > heard) this.ended('the server is busy');
          else this.session.renew('the server does not answer');
        },
        answerMs * Math.min(1 + this.failures, mostPatience),
      );
    } catch (error) {
      if (this.peer === peer) this.ended(String(error));
    }
  }
  private make(): RTCPeerConnection {
    this.drop();
    const peer = new RTCPeerConnection({
      ...this.configuration(),
      bundlePolicy: 'max-bundle',
      iceServers: this.session.welcome?.ice ?? [],
    });
    this.peer = peer;
    peer.onconnectionstatechange = () => {
      if (peer.connectionState === 'connected') {
        this.failures = 0;
        this.why = '';
      }
      if (peer.connectionState === 'failed') this.ended('the media connection failed');
      if (peer.connectionState === 'disconnected')
        setTimeout(() => {
          if (this.peer === peer && peer.connectionState === 'disconnected')
            this.ended('the media connection was interrupted');
        }, interruptedMs);
      this.onState();
    };
    return peer;
  }
}

/** All candidates, or those of the first second. */
function gathered(peer: RTCPeerConnection): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (peer.iceGatheringState === 'complete') resolve();
    };
    peer.addEventListener('icegatheringstatechange', look);
    setTimeout(resolve, gatheringMs);
    look();
  });
}

/** H.264 constrained baseline and its retransmission first: what every browser decodes and share encodes. */
export function preferH264(transceiver: RTCRtpTransceiver, capabilities: RTCRtpCapabilities | null): void {
  const codecs = capabilities?.codecs ?? [];
  const h264 = codecs.filter(({ mimeType }) => mimeType.toLowerCase() === 'video/h264');
  const baseline = h264.filter(
    ({ sdpFmtpLine = '' }) =>
      /profile-level-id=42e0/i.test(sdpFmtpLine) && sdpFmtpLine.includes('packetization-mode=1'),
  );
  const chosen = baseline.length > 0 ? baseline : h264;
  const repair = codecs.filter(({ mimeType }) => mimeType.toLowerCase() === 'video/rtx');
  if (chosen.length > 0) transceiver.setCodecPreferences([...chosen, ...repair]);
}
