// Who is in the session, and what a moderator may do about it.
import { byId, element, icon } from './dom.ts';
import { icons } from './icons.ts';
import { Invite } from './invite.ts';
import type { Person } from './messages.ts';
import { personColor } from './paint.ts';
import { roleNames } from './roles.ts';
import type { Session } from './session.ts';

const initials = (name: string): string => {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '' && !/^(dr|prof)$/i.test(word));
  return ((words[0]?.[0] ?? '?') + (words.length > 1 ? (words.at(-1)?.[0] ?? '') : '')).toUpperCase();
};

function face(person: Person): HTMLElement {
  const made = element(
    'span',
    { class: person.speaking && !person.muted ? 'face speaking' : 'face', 'aria-hidden': 'true' },
    initials(person.name),
  );
  made.style.setProperty('--colour', personColor(person.colour));
  return made;
}

export class People {
  people: Person[] = [];
  readonly invite: Invite;
  private asking: number | null = null;
  private drawn = '';

  constructor(
    private readonly side: HTMLElement,
    private readonly session: Session,
  ) {
    this.invite = new Invite(session);
    side.hidden = true;
  }
  get open(): boolean {
    return !this.side.hidden;
  }
  toggle(): void {
    this.side.hidden = !this.side.hidden;
    this.drawn = '';
    this.draw();
    if (this.open) this.side.querySelector('button')?.focus();
  }
  now(people: Person[]): void {
    this.people = people;
    if (!people.some(({ id }) => id === this.asking)) this.asking = null;
    this.draw();
  }
  /** The row of faces in the bar. */
  faces(most: number): HTMLElement[] {
    const shown = this.people.slice(0, most).map(face);
    const more = this.people.length - shown.length;
    return more > 0 ? [...shown, element('span', { class: 'face more', 'aria-hidden': 'true' }, `+${more}`)] : shown;
  }
  /** Only when something has changed: a button must not vanish under the finger. */
  private draw(): void {
    const drawn = JSON.stringify([this.people, this.asking, this.session.welcome?.role]);
    if (!this.open || drawn === this.drawn) return;
    this.drawn = drawn;
    const focused = document.activeElement?.getAttribute('data-key');
    const moderates = this.session.welcome?.may.moderate === true;
    this.side.replaceChildren(
      element(
        'header',
        {},
        element('h2', {}, `People (${this.people.length})`),
        element(
          'button',
          {
            type: 'button',
            class: 'plain',
            'aria-label': 'Close the list of people',
            onclick: () => {
              this.toggle();
              byId('people-button').focus();
            },
          },
          icon(icons.close),
        ),
      ),
      element('ul', {}, ...this.people.map((person) => this.row(person, moderates))),
      ...(moderates
        ? [
            this.invite.root,
            element(
              'button',
              {
                type: 'button',
                class: 'wide',
                onclick: () => {
                  this.session.send({ type: 'clear', whose: 'all' });
                },
              },
              icon(icons.clear),
              'Clear all drawings',
            ),
          ]
        : []),
    );
    if (focused) this.side.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }
  private row(person: Person, moderates: boolean): HTMLElement {
    const mine = person.id === this.session.welcome?.you;
    const facts = [
      roleNames[person.role] ?? person.role,
      person.silenced ? 'silenced' : person.muted ? 'muted' : person.speaking ? 'speaking' : '',
      person.camera ? 'camera on' : '',
    ].filter((fact) => fact !== '');
    const row = element(
      'li',
      {},
      face(person),
      element(
        'div',
        { class: 'who' },
        element('span', { class: 'name' }, person.name + (mine ? ' (you)' : '')),
        element('span', { class: 'facts' }, facts.join(' · ')),
      ),
    );
    if (!moderates || mine) return row;
    if (this.asking === person.id) {
      row.append(
        element(
          'div',
          { class: 'ask', role: 'group', 'aria-label': `Remove ${person.name}?` },
          element('span', {}, 'Remove?'),
          element(
            'button',
            {
              type: 'button',
              class: 'danger',
              'data-key': `yes ${person.id}`,
              onclick: () => {
                this.session.send({ type: 'remove', who: person.id });
                this.ask(null);
              },
            },
            'Yes, remove',
          ),
          element('button', { type: 'button', onclick: () => this.ask(null) }, 'Keep'),
        ),
      );
      return row;
    }
    row.append(
      element(
        'div',
        { class: 'ask' },
        element(
          'button',
          {
            type: 'button',
            'data-key': `silence ${person.id}`,
            'aria-label': `${person.silenced ? 'Let speak' : 'Silence'}: ${person.name}`,
            onclick: () => this.session.send({ type: 'silence', who: person.id, on: !person.silenced }),
          },
          person.silenced ? 'Let speak' : 'Silence',
        ),
        element(
          'button',
          {
            type: 'button',
            'data-key': `remove ${person.id}`,
            'aria-label': `Remove: ${person.name}`,
            onclick: () => this.ask(person.id),
          },
          'Remove',
        ),
      ),
    );
    return row;
  }
  private ask(who: number | null): void {
    this.asking = who;
    this.draw();
    if (who !== null) this.side.querySelector<HTMLElement>(`[data-key="yes ${who}"]`)?.focus();
  }
}
