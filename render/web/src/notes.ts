// Short sentences above the picture. They go by themselves; the one about the connection stays while it lasts.
import { element } from './dom.ts';

const shownMs = 6000;

export class Notes {
  private readonly standing = new Map<string, HTMLElement>();
  constructor(private readonly root: HTMLElement) {}

  say(words: string): void {
    if ([...this.root.children].some(({ textContent }) => textContent === words)) return;
    const note = element('p', { class: 'note' }, words);
    this.root.append(note);
    setTimeout(() => note.remove(), shownMs);
  }
  /** Until it is said again with other words, or with none. `press`: what a button in it does. */
  stand(name: string, words: string, press?: { words: string; what: () => void }): void {
    const known = this.standing.get(name);
    if (known?.dataset.words === words) return;
    known?.remove();
    this.standing.delete(name);
    if (words === '') return;
    const note = element('p', { class: 'note standing', 'data-words': words }, words);
    if (press) note.append(element('button', { type: 'button', onclick: press.what }, press.words));
    this.standing.set(name, note);
    this.root.prepend(note);
  }
}
