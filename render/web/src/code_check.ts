// Compares what the pixels say with what the stamp says, at most five times a second.
import { isEmpty, type Placed, type Stamp } from './stamp.ts';
import { readTimecode } from './timecode.ts';

const paceMs = 200;

export class CodeCheck {
  agree = 0;
  disagree = 0;
  unreadable = 0;
  /** The browser had already put up the next picture when this one was looked at: says nothing. */
  overtaken = 0;
  private lastMs = -Infinity;
  private readonly strip = new OffscreenCanvas(8, 8);

  /** `mediaTimeS`: of the picture that the stamp belongs to. The stamp's sequences are what counts. */
  look(video: HTMLVideoElement, mediaTimeS: number, stamp: Stamp, nowMs: number): void {
    const coded = stamp.sources.filter(({ header, code }) => header.timecode && !isEmpty(code));
    if (coded.length === 0 || nowMs - this.lastMs < paceMs) return;
    this.lastMs = nowMs;
    const frame = 'VideoFrame' in globalThis ? new VideoFrame(video) : null;
    if (frame && Math.abs(frame.timestamp - mediaTimeS * 1e6) > 500) ++this.overtaken;
    else for (const placed of coded) this.compare(frame ?? video, video, placed);
    frame?.close();
  }

  private compare(
    frame: CanvasImageSource,
    { videoWidth, videoHeight }: HTMLVideoElement,
    { header, code }: Placed,
  ): void {
    const context = this.strip.getContext('2d', { willReadFrequently: true });
    if (!context || code.x + code.width > videoWidth || code.y + code.height > videoHeight) {
      ++this.unreadable;
      return;
    }
    this.strip.width = code.width;
    this.strip.height = code.height;
    context.drawImage(frame, code.x, code.y, code.width, code.height, 0, 0, code.width, code.height);
    const read = readTimecode(context.getImageData(0, 0, code.width, code.height), {
      x: 0,
      y: 0,
      width: code.width,
      height: code.height,
    });
    if (!read) ++this.unreadable;
    else if (read.stream === header.stream && read.sequence === header.sequence) ++this.agree;
    else ++this.disagree;
  }
}
