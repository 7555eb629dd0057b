// The bar below the picture: everything one can do, as icons with words.
import { element, icon } from './dom.ts';
import { icons, type Icon } from './icons.ts';

/** A button whose words, icon and pressed state follow what it stands for. */
export class BarButton {
  readonly element: HTMLButtonElement;
  private readonly words = element('span', { class: 'words' });
  private shown: Icon | '' = '';

  constructor(
    name: string,
    drawn: Icon,
    words: string,
    private readonly what: { press: () => void; toggles?: boolean; key?: string },
  ) {
    this.element = element('button', { type: 'button', id: `${name}-button`, onclick: () => this.what.press() });
    if (what.key) {
      this.element.setAttribute('aria-keyshortcuts', what.key);
      this.element.title = `${words} (${what.key})`;
    }
    this.element.append(this.words);
    this.set({ drawn, words, pressed: false });
  }
  set({
    drawn,
    words,
    pressed,
    disabled,
  }: {
    drawn?: Icon;
    words?: string;
    pressed?: boolean;
    disabled?: boolean;
  }): void {
    if (drawn !== undefined && drawn !== this.shown) {
      this.element.querySelector('svg')?.remove();
      this.element.prepend(icon(icons[drawn]));
      this.shown = drawn;
    }
    if (words !== undefined) this.words.textContent = words;
    if (pressed !== undefined && this.what.toggles) this.element.setAttribute('aria-pressed', String(pressed));
    if (disabled !== undefined) this.element.disabled = disabled;
  }
  set hidden(hidden: boolean) {
    this.element.hidden = hidden;
  }
}

/** A button with a small panel above it; closes by Escape, by its button, or by a press elsewhere. */
export class BarMenu {
  readonly root: HTMLElement;
  readonly panel: HTMLElement;
  private readonly button: BarButton;

  constructor(name: string, drawn: Icon, words: string, children: () => (Node | string)[]) {
    this.panel = element('div', { class: 'menu', role: 'group', 'aria-label': words, hidden: true });
    this.button = new BarButton(name, drawn, words, {
      press: () => {
        if (this.panel.hidden) {
          this.panel.replaceChildren(...children());
          this.open(true);
          this.place();
          this.panel.querySelector<HTMLElement>('button, input, select')?.focus();
        } else {
          this.open(false);
        }
      },
    });
    this.button.element.setAttribute('aria-expanded', 'false');
    this.root = element('div', { class: 'with-menu' }, this.button.element, this.panel);
    this.root.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || this.panel.hidden) return;
      this.open(false);
      this.button.element.focus();
      event.stopPropagation();
    });
    document.addEventListener('pointerdown', (event) => {
      if (!this.root.contains(event.target as Node)) this.open(false);
    });
  }
  close(): void {
    this.open(false);
  }
  private open(open: boolean): void {
    this.panel.hidden = !open;
    this.button.element.setAttribute('aria-expanded', String(open));
  }
  /** Above its button and inside the window; the bar may scroll below it. */
  private place(): void {
    const at = this.button.element.getBoundingClientRect();
    const width = this.panel.offsetWidth;
    this.panel.style.left = `${Math.max(8, Math.min(at.left + at.width / 2 - width / 2, innerWidth - width - 8))}px`;
    this.panel.style.bottom = `${innerHeight - at.top + 8}px`;
  }
}
