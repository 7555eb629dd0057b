// What stands in the bar for this participant, and what each of it does.
import { BarButton, BarMenu } from './bar.ts';
import type { Camera } from './camera.ts';
import { element } from './dom.ts';
import type { Drawings } from './drawings.ts';
import type { Engineer } from './engineer.ts';
import type { Icon } from './icons.ts';
import type { Notes } from './notes.ts';
import type { People } from './people.ts';
import type { Session } from './session.ts';
import type { Stage } from './stage.ts';
import { deviceTrouble, type Talk } from './talk.ts';
import type { Tool, Tools } from './tools.ts';
import { clockTime, day } from './words.ts';

export interface Room {
  session: Session;
  stage: Stage;
  tools: Tools;
  drawings: Drawings;
  talk: Talk;
  camera: Camera;
  people: People;
  engineer: Engineer;
  notes: Notes;
  enterGlasses: (() => void) | null;
}

const facesShown = 5;
const tools: [Tool, Icon, string][] = [
  ['pointer', 'pointer', 'Pointer'],
  ['pen', 'pen', 'Pen'],
  ['arrow', 'arrow', 'Arrow'],
  ['text', 'text', 'Text'],
  ['mark', 'mark', 'Mark'],
];
const sizes: [size: 'full' | 'half', words: string][] = [
  ['full', 'Full size'],
  ['half', 'Half size, for a thin link'],
];

export class Controls {
  private readonly microphone: BarButton;
  private readonly camera: BarButton;
  private readonly freeze: BarButton;
  private readonly peopleButton: BarButton;
  private readonly toolButtons = new Map<Tool, BarButton>();
  private readonly faces = element('span', { class: 'faces' });
  private readonly count = element('span', { class: 'unseen' });

  constructor(
    bar: HTMLElement,
    private readonly room: Room,
  ) {
    const { session, drawings, people, engineer, enterGlasses } = room;
    const may = session.welcome?.may;
    this.microphone = new BarButton('microphone', 'microphoneOff', 'Muted', {
      press: () => void this.toggleMicrophone(),
      toggles: true,
      key: 'M',
    });
    this.camera = new BarButton('camera', 'camera', 'Share camera', {
      press: () => void this.toggleCamera(),
      toggles: true,
    });
    this.freeze = new BarButton('freeze', 'freeze', 'Freeze', {
      press: () => this.toggleFreeze(),
      toggles: true,
      key: 'F',
    });
    this.peopleButton = new BarButton('people', 'people', 'People', { press: () => people.toggle(), key: 'P' });
    this.peopleButton.element.append(this.count, this.faces);
    for (const [tool, drawn, words] of tools)
      this.toolButtons.set(
        tool,
        new BarButton(tool, drawn, words, { press: () => room.tools.choose(tool), toggles: true }),
      );
    const undo = new BarButton('undo', 'undo', 'Undo', { press: () => drawings.undo() });
    const clear = new BarButton('clear', 'clear', 'Clear mine', { press: () => drawings.clear('mine') });
    const snapshot = new BarButton('snapshot', 'snapshot', 'Snapshot', { press: () => void this.snapshot(), key: 'S' });
    const fullscreen = new BarButton('fullscreen', 'fullscreen', 'Full screen', { press: () => toggleFullscreen() });
    const glasses = new BarButton('glasses', 'glasses', 'AR glasses', { press: () => enterGlasses?.() });
    const group = (words: string, ...children: (Node | null)[]) =>
      element('div', { class: 'group', role: 'group', 'aria-label': words }, ...children);
    const each = (...buttons: BarButton[]) => buttons.map((button) => button.element);
    bar.replaceChildren(
      element(
        'div',
        { class: 'row' },
        group(
          'Voice and camera',
          may?.talk ? this.microphone.element : null,
          may?.camera ? this.camera.element : null,
          enterGlasses ? glasses.element : null,
        ),
        ...(may?.draw ? [group('Draw on the picture', ...each(...this.toolButtons.values(), undo, clear))] : []),
        group('Picture', ...each(this.freeze, snapshot), this.layoutMenu().root, fullscreen.element),
        group('Session', this.peopleButton.element, this.moreMenu(engineer).root),
      ),
      element('p', { class: 'disclaimer' }, 'Scialytic — research software — not a medical device'),
    );
    document.onkeydown = (event) => this.key(event);
    this.update();
  }

  update(): void {
    const { talk, camera, stage, people } = this.room;
    this.microphone.set({
      drawn: talk.muted ? 'microphoneOff' : 'microphone',
      words: talk.muted ? 'Muted' : 'Mic on',
      pressed: !talk.muted,
    });
    this.microphone.element.setAttribute(
      'aria-label',
      talk.muted ? 'Muted: turn the microphone on' : 'Mic on: turn the microphone off',
    );
    this.camera.set({ words: camera.on ? 'Camera on' : 'Share camera', pressed: camera.on });
    this.freeze.set({ words: stage.frozen ? 'Unfreeze' : 'Freeze', pressed: stage.frozen });
    for (const [tool, button] of this.toolButtons) button.set({ pressed: this.room.tools.tool === tool });
    this.faces.replaceChildren(...people.faces(facesShown));
    this.count.textContent = `: ${people.people.length} in the session`;
  }

  private layoutMenu(): BarMenu {
    const menu: BarMenu = new BarMenu('layout', 'layout', 'Layout', () => {
      const { session } = this.room;
      const { welcome } = session;
      if (!welcome) return [];
      const choice = (words: string, chosen: boolean, layout: string, size: 'full' | 'half') =>
        element(
          'button',
          {
            type: 'button',
            'aria-pressed': String(chosen),
            onclick: () => {
              session.send({ type: 'layout', layout, size });
              menu.close();
            },
          },
          words,
        );
      return [
        element('h3', {}, 'Layout'),
        ...welcome.layouts.map((layout) => choice(layoutName(layout), layout === welcome.layout, layout, welcome.size)),
        element('h3', {}, 'Size'),
        ...sizes.map(([size, words]) => choice(words, size === welcome.size, welcome.layout, size)),
      ];
    });
    return menu;
  }
  private moreMenu(engineer: Engineer): BarMenu {
    const menu: BarMenu = new BarMenu('more', 'more', 'More', () => {
      const { talk, session } = this.room;
      const volume = element('input', {
        type: 'range',
        id: 'volume',
        min: '0',
        max: '100',
        value: String(this.volume),
        oninput: () => {
          this.volume = Number(volume.value);
          talk.volume = this.volume / 100;
        },
      });
      const press = (words: string, what: () => void) =>
        element(
          'button',
          {
            type: 'button',
            onclick: () => {
              menu.close();
              what();
            },
          },
          words,
        );
      return [
        element('label', { for: 'volume' }, 'Volume of the room'),
        volume,
        press(engineer.open ? 'Hide figures (L)' : 'Figures for engineers (L)', () => engineer.toggle()),
        press('Leave the session', () => session.leave()),
      ];
    });
    return menu;
  }
  private volume = 100;

  private async toggleMicrophone(): Promise<void> {
    try {
      await this.room.talk.mute(!this.room.talk.muted);
    } catch (error) {
      this.room.notes.say(deviceTrouble(error, 'microphone'));
    }
  }
  private async toggleCamera(): Promise<void> {
    const { camera, notes } = this.room;
    try {
      if (camera.on) camera.stop();
      else await camera.start();
    } catch (error) {
      notes.say(deviceTrouble(error, 'camera'));
    }
  }
  private toggleFreeze(): void {
    const { stage, notes } = this.room;
    if (stage.frozen) stage.unfreeze();
    else if (!stage.freeze()) notes.say('There is no picture to freeze yet.');
    this.update();
  }
  private async snapshot(): Promise<void> {
    const blob = await this.room.stage.snapshot();
    if (!blob) return;
    const now = new Date();
    const url = URL.createObjectURL(blob);
    element('a', { href: url, download: `scialytic_${day(now)}_${clockTime(now).replaceAll(':', '-')}.png` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }
  private key(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)) return;
    const {
      session: { welcome },
      engineer,
      people,
    } = this.room;
    const key = event.key.toLowerCase();
    if (key === 'l') engineer.toggle();
    else if (key === 'm' && welcome?.may.talk) void this.toggleMicrophone();
    else if (key === 'f') this.toggleFreeze();
    else if (key === 's') void this.snapshot();
    else if (key === 'p') people.toggle();
  }
}

function layoutName(layout: string): string {
  const names: Record<string, string> = {
    fused: 'Fused',
    'side-by-side': 'Side by side',
    'picture-in-picture': 'Picture in picture',
    xray: 'X-ray alone',
    ultrasound: 'Echo alone',
  };
  return names[layout] ?? layout;
}

function toggleFullscreen(): void {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void document.documentElement.requestFullscreen().catch(() => undefined);
}
