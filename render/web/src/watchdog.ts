// Covers the picture when the page itself hangs. The cover's animation runs on the browser's compositor, which goes on
// when the page's own thread does not: whoever stops winding it back is covered.
const patienceMs = 1500;

export class Watchdog {
  private readonly animation: Animation;

  constructor(cover: HTMLElement) {
    this.animation = cover.animate([{ opacity: 0 }, { opacity: 0, offset: 0.99 }, { opacity: 1 }], {
      duration: patienceMs,
      fill: 'forwards',
    });
  }
  /** The overlay has just been painted. */
  alive(): void {
    this.animation.currentTime = 0;
  }
}
