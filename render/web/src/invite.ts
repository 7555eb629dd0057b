// A link for one more person, and the same as a code to scan.
import { element } from './dom.ts';
import type { Invitation, Role } from './messages.ts';
import { invitable, roleCan, roleNames } from './roles.ts';
import type { Session } from './session.ts';

const quietZone = 4; // modules around the code, as readers want them

function code(rows: string[]): HTMLCanvasElement {
  const size = rows.length + 2 * quietZone;
  const canvas = element('canvas', {
    class: 'qr',
    width: String(size),
    height: String(size),
    role: 'img',
    'aria-label': 'The link as a QR code',
  });
  const context = canvas.getContext('2d');
  if (!context) return canvas;
  context.fillStyle = '#fff';
  context.fillRect(0, 0, size, size);
  context.fillStyle = '#000';
  rows.forEach((row, y) =>
    [...row].forEach((module, x) => {
      if (module === '1') context.fillRect(x + quietZone, y + quietZone, 1, 1);
    }),
  );
  return canvas;
}

export class Invite {
  readonly root = element('section', { class: 'invite', 'aria-label': 'Invite' });
  private readonly shown = element('div', { role: 'status' });

  constructor(session: Session) {
    const sentence = element('p', { class: 'help' }, theyCan('colleague'));
    const role = element(
      'select',
      {
        id: 'invite-role',
        onchange: () => {
          sentence.textContent = theyCan(role.value as Role);
        },
      },
      ...invitable.map((one) => element('option', { value: one, selected: one === 'colleague' }, roleNames[one])),
    );
    this.root.append(
      element('h3', {}, 'Invite'),
      element(
        'div',
        { class: 'choose' },
        element('label', { for: 'invite-role' }, 'as'),
        role,
        element(
          'button',
          { type: 'button', class: 'main', onclick: () => session.send({ type: 'invite', role: role.value as Role }) },
          'Make a link',
        ),
      ),
      sentence,
      this.shown,
    );
  }
  show({ role, link, qr, expires_s }: Invitation): void {
    const field = element('input', {
      type: 'text',
      readonly: true,
      value: link,
      'aria-label': 'Link',
      onfocus: () => field.select(),
    });
    const copy = element(
      'button',
      {
        type: 'button',
        onclick: () => {
          navigator.clipboard.writeText(link).then(
            () => {
              copy.textContent = 'Copied';
            },
            () => field.select(),
          );
        },
      },
      'Copy the link',
    );
    this.shown.replaceChildren(
      element(
        'p',
        {},
        `${roleNames[role] ?? role}, for one person, within ${Math.max(1, Math.round(expires_s / 60))} minutes:`,
      ),
      element('div', { class: 'choose' }, field, copy),
      code(qr),
    );
  }
}

const theyCan = (role: Role): string => `They can ${roleCan[role]}.`;
