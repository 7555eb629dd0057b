// This participant's camera, into the room.
import { Connection, preferH264 } from './connection.ts';
import type { Session } from './session.ts';

const mostBitsPerSecond = 2_500_000;

export class Camera {
  readonly connection: Connection;
  onChange: () => void = () => undefined;
  private track: MediaStreamTrack | null = null;

  constructor(session: Session) {
    this.connection = new Connection('camera', session, (peer) => {
      if (!this.track) return;
      const transceiver = peer.addTransceiver(this.track, {
        direction: 'sendonly',
        sendEncodings: [{ maxBitrate: mostBitsPerSecond, maxFramerate: 30 }],
      });
      preferH264(transceiver, RTCRtpSender.getCapabilities('video'));
    });
  }
  get on(): boolean {
    return this.track !== null;
  }
  /** Rejects when the camera is refused. */
  async start(): Promise<void> {
    const stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } },
    });
    this.track = stream.getVideoTracks()[0] ?? null;
    if (this.track) {
      this.track.contentHint = 'motion'; // late is worse than coarse
      this.track.addEventListener('ended', () => this.stop());
      this.connection.open();
    }
    this.onChange();
  }
  stop(): void {
    this.track?.stop();
    this.track = null;
    this.connection.close();
    this.onChange();
  }
}
