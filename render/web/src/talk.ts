// Voices both ways. One joins muted, and the microphone is asked for when it is first wanted.
import { Connection } from './connection.ts';
import type { Session } from './session.ts';

export class Talk {
  readonly connection: Connection;
  muted = true;
  /** The browser plays nothing before somebody has touched the page. */
  blocked = false;
  onChange: () => void = () => undefined;
  private microphone: MediaStreamTrack | null = null;
  private sender: RTCRtpSender | null = null;

  constructor(
    private readonly session: Session,
    private readonly audio: HTMLAudioElement,
  ) {
    this.connection = new Connection('talk', session, (peer) => {
      const mayTalk = session.welcome?.may.talk === true;
      const transceiver = peer.addTransceiver('audio', { direction: mayTalk ? 'sendrecv' : 'recvonly' });
      this.sender = mayTalk ? transceiver.sender : null;
      if (this.microphone) void this.sender?.replaceTrack(this.microphone);
      peer.ontrack = ({ track }) => {
        audio.srcObject = new MediaStream([track]);
        void this.hear();
      };
    });
  }
  /** Rejects when the microphone is refused. */
  async mute(on: boolean): Promise<void> {
    if (!on && this.microphone?.readyState !== 'live') {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      });
      this.microphone = stream.getAudioTracks()[0] ?? null;
      this.microphone?.addEventListener('ended', () => void this.mute(true));
      await this.sender?.replaceTrack(this.microphone);
    }
    this.muted = on;
    if (this.microphone) this.microphone.enabled = !on;
    this.tell();
    this.onChange();
  }
  /** Also after coming back: the room does not remember. */
  tell(): void {
    if (this.session.welcome?.may.talk) this.session.send({ type: 'muted', on: this.muted });
  }
  async hear(): Promise<void> {
    try {
      await this.audio.play();
      this.blocked = false;
    } catch (error) {
      this.blocked = error instanceof DOMException && error.name === 'NotAllowedError';
    }
    this.onChange();
  }
  set volume(share: number) {
    this.audio.volume = share;
  }
}

/** A sentence that says what to do, for what getUserMedia throws. */
export function deviceTrouble(error: unknown, device: 'microphone' | 'camera'): string {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError')
    return `The ${device} is not allowed here: allow it in the browser's address bar, then press again.`;
  if (name === 'NotFoundError') return `No ${device} was found: plug one in, then press again.`;
  if (name === 'NotReadableError') return `The ${device} is used by another program: close that, then press again.`;
  return `The ${device} could not be opened: ${String(error)}.`;
}
