// Everything before one is in the room: the name, the wait, the refusal.
import { element } from './dom.ts';
import type { Session } from './session.ts';

const nameKey = 'scialytic.name';
const longestName = 32;

const disclaimer = () =>
  element('p', { class: 'disclaimer' }, 'Research software — not a medical device. Not for diagnosis or treatment.');
const heading = () =>
  element(
    'header',
    { class: 'brand' },
    element('img', { src: 'icon.svg', alt: '', width: '56', height: '56' }),
    element('h1', {}, 'Scialytic'),
  );

const ofTheRoom =
  'You will see the operating room’s pictures live, with their age. The link you were given decides whether you ' +
  'may also talk, draw or share a camera; your microphone stays off until you turn it on.';

export class Door {
  /** `about`: what is behind it. */
  constructor(
    private readonly root: HTMLElement,
    private readonly session: Session,
    private readonly about = ofTheRoom,
  ) {}

  get open(): boolean {
    return !this.root.hidden;
  }
  hide(): void {
    this.root.hidden = true;
    this.root.replaceChildren();
  }
  askName(): void {
    const name = element('input', {
      id: 'name',
      type: 'text',
      autocomplete: 'name',
      maxlength: String(longestName),
      required: true,
      'aria-describedby': 'name-help',
      value: localStorage.getItem(nameKey) ?? '',
    });
    const help = element(
      'p',
      { id: 'name-help', class: 'help' },
      'As the room shall see you, for instance “Dr. Meyer, cardiology”.',
    );
    const form = element(
      'form',
      {
        class: 'card',
        onsubmit: (event: Event) => {
          event.preventDefault();
          const chosen = [...name.value.trim()].slice(0, longestName).join('');
          if (chosen === '') {
            help.textContent = 'Please write a name: the room has to know who is there.';
            help.classList.add('wrong');
            return name.focus();
          }
          localStorage.setItem(nameKey, chosen);
          this.session.join(chosen);
        },
      },
      element('h2', {}, 'Join the session'),
      element('p', {}, this.about),
      element('label', { for: 'name' }, 'Your name'),
      name,
      help,
      element('button', { type: 'submit', class: 'main' }, 'Join'),
    );
    this.show(form);
    name.focus();
  }
  wait(why: string): void {
    this.show(
      element(
        'section',
        { class: 'card', role: 'status' },
        element('h2', {}, 'Connecting to the room…'),
        element('p', {}, why === '' ? 'One moment.' : `${sentence(why)} The page keeps trying by itself.`),
      ),
    );
  }
  refuse(why: string): void {
    this.show(
      element(
        'section',
        { class: 'card', role: 'alert' },
        element('h2', {}, 'You are not in the session'),
        element('p', {}, sentence(why)),
        element('p', {}, 'Ask whoever invited you for a new link. Each link lets one person in.'),
      ),
    );
  }
  removed(): void {
    this.show(
      element(
        'section',
        { class: 'card', role: 'alert' },
        element('h2', {}, 'You were removed from the session'),
        element('p', {}, 'A moderator has ended your part in it. If that was a mistake, ask for a new link.'),
      ),
    );
  }
  needLink(): void {
    this.show(
      element(
        'section',
        { class: 'card' },
        element('h2', {}, 'You need a link'),
        element(
          'p',
          {},
          'This page opens with a personal link from the operating room. Ask a moderator to invite you, then open the link ' +
            'or scan its code.',
        ),
      ),
    );
  }
  left(): void {
    this.show(
      element(
        'section',
        { class: 'card' },
        element('h2', {}, 'You have left the session'),
        element('p', {}, 'Ask for a new link to come back.'),
      ),
    );
  }

  private show(card: HTMLElement): void {
    this.root.replaceChildren(heading(), card, disclaimer());
    this.root.hidden = false;
  }
}

function sentence(words: string): string {
  const trimmed = words.trim();
  const capital = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
