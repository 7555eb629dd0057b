// The engineer's panel: where the time goes, as text that can be copied.
import type { ServerClock } from './clock.ts';
import { element } from './dom.ts';
import type { Figures } from './figures.ts';
import { printable, type Summary } from './latency.ts';
import { modalities } from './stamp.ts';
import type { View } from './view.ts';
import { titles } from './words.ts';

const refreshMs = 500;
const ms = (us: number): string => (us / 1000).toFixed(1);
const column = (words: string | number): string => String(words).padStart(8);

export class Engineer {
  private readonly text = element('pre', { tabindex: '0', 'aria-label': 'Figures' });
  onToggle: () => void = () => undefined;

  constructor(
    private readonly root: HTMLElement,
    private readonly view: View,
    private readonly clock: ServerClock,
    private readonly figures: Figures,
  ) {
    const copy = element(
      'button',
      {
        type: 'button',
        onclick: () => {
          navigator.clipboard.writeText(this.text.textContent).then(
            () => {
              copy.textContent = 'Copied';
              setTimeout(() => {
                copy.textContent = 'Copy';
              }, 1500);
            },
            () => getSelection()?.selectAllChildren(this.text),
          );
        },
      },
      'Copy',
    );
    root.append(
      element(
        'header',
        {},
        element('h2', {}, 'Where the time goes'),
        copy,
        element('button', { type: 'button', onclick: () => this.toggle() }, 'Close (L)'),
      ),
      this.text,
    );
    setInterval(() => {
      if (this.open) this.text.textContent = this.words();
    }, refreshMs);
  }
  get open(): boolean {
    return !this.root.hidden;
  }
  toggle(): void {
    this.root.hidden = this.open;
    if (this.open) this.text.textContent = this.words();
    this.onToggle();
  }

  private words(): string {
    const nowUs = performance.now() * 1000;
    const { counts, codes, stamp } = this.view;
    const clock = this.clock.figures(nowUs);
    const { media } = this.figures;
    const lines = ['ms, last 10 s                  p50     p95     p99     max'];
    for (const modality of modalities) {
      const known = this.view.latency.figures(modality, nowUs);
      if (!known) continue;
      lines.push(
        '',
        `${titles[modality]}  stream sequence ${stamp?.sources.find(({ header }) => header.modality === modality)?.header.sequence ?? ''}`,
      );
      const row = (name: string, summary: Summary | null | undefined, total: boolean) => {
        if (!summary) return;
        const shown = printable(summary.boundUs, known.periodUs);
        const values = shown
          ? [summary.p50Us, summary.p95Us, summary.p99Us, summary.maxUs].map((us) => column(ms(us))).join('')
          : '  unknown: the clocks are off by more than half a frame';
        lines.push(
          `${total ? '= ' : '  '}${name.padEnd(24)}${values}${total && shown ? `  ± ${ms(summary.boundUs)}` : ''}`,
        );
      };
      Object.entries(known.hops).forEach(([hop, summary]) => row(`→ ${hop}`, summary, false));
      row('captured → presented', known.capturedToPresented, true);
      row('acquired → presented', known.acquiredToPresented, true);
    }
    lines.push(
      '',
      clock
        ? `clock       ± ${ms(clock.boundUs)} ms, best round trip ${ms(clock.roundTripUs)} ms of ${clock.exchanges} exchanges`
        : 'clock       unknown',
      `pictures    ${counts.received} received, ${counts.shown} shown, ${counts.unseen} not seen, ${counts.keyframes} key`,
      `            ${counts.unstamped} without stamp, ${counts.unmatched} without partner`,
      `codes       ${codes.agree} agree, ${codes.disagree} disagree, ${codes.unreadable} unreadable, ${codes.overtaken} overtaken`,
      `stamps      read by ${this.view.reading}; annotation revision ${stamp?.annotationRevision ?? 'unknown'}`,
    );
    if (media)
      lines.push(
        `jitter      ${media.jitterBufferMs ?? 'unknown'} ms held, target ${media.jitterBufferTargetMs ?? 'unknown'} ms; decoding ${media.decodeMs ?? 'unknown'} ms`,
        `packets     ${media.packetsReceived} received, ${media.packetsLost} lost, ${media.nackCount} asked again, ${media.pliCount} key asked`,
        `decoder     ${media.codec} ${media.size}, ${media.framesDecoded} decoded, ${media.framesDropped} dropped, ${media.freezeCount} freezes`,
      );
    return lines.join('\n');
  }
}
