// What page and share say to each other: JSON over the WebSocket, and over the data channel "live".
import type { Modality } from './stamp.ts';

export type ConnectionKind = 'view' | 'talk' | 'camera';
export type Role = 'viewer' | 'colleague' | 'glasses' | 'moderator' | 'source' | 'engineer';
export type Size = 'full' | 'half';
export type DrawingKind = 'stroke' | 'arrow' | 'text' | 'cross';
/** Shares 0..1 of the modality's image. */
export type Point = [x: number, y: number];

export interface May {
  talk: boolean;
  draw: boolean;
  camera: boolean;
  moderate: boolean;
}

export interface Person {
  id: number;
  name: string;
  role: Role;
  colour: number;
  muted: boolean;
  silenced: boolean;
  speaking: boolean;
  camera: boolean;
}

export type ToShare =
  | { type: 'join'; token: string; name: string }
  | { type: 'join'; pass: string }
  | { type: 'offer'; connection: ConnectionKind; sdp: string }
  | { type: 'answer'; connection: ConnectionKind; sdp: string }
  | { type: 'watch' }
  | { type: 'close'; connection: ConnectionKind }
  | { type: 'layout'; layout: string; size: Size }
  | {
      type: 'draw';
      ref: number;
      kind: DrawingKind;
      modality: Modality;
      sequence: number;
      points: Point[];
      text: string;
    }
  | LiveMessage
  | { type: 'undo' }
  | { type: 'clear'; whose: 'mine' | 'all' }
  | { type: 'muted'; on: boolean }
  | { type: 'silence'; who: number; on: boolean }
  | { type: 'remove'; who: number }
  | { type: 'invite'; role: Role }
  | { type: 'latency'; on: boolean };

export type PointerMessage =
  { type: 'pointer'; modality: Modality; sequence: number; x: number; y: number } | { type: 'pointer'; off: true };

/** On the data channel, or on the WebSocket where the picture has none. */
export type LiveMessage = PointerMessage | { type: 'ping'; id: number };

export interface Welcome {
  type: 'welcome';
  you: number;
  name: string;
  role: Role;
  colour: number;
  pass: string;
  may: May;
  ice: RTCIceServer[];
  picture?: 'direct' | 'janus';
  layouts: string[];
  layout: string;
  size: Size;
}
export interface Invitation {
  type: 'invitation';
  role: Role;
  link: string;
  qr: string[];
  expires_s: number;
}

export type FromShare =
  | Welcome
  | { type: 'refused'; why: string }
  | { type: 'answer'; connection: ConnectionKind; sdp: string }
  | { type: 'offer'; connection: ConnectionKind; sdp: string }
  | { type: 'ended'; connection: ConnectionKind; why: string; again?: boolean }
  | { type: 'people'; people: Person[] }
  | { type: 'view'; layout: string; size: Size; why: string }
  | { type: 'drawn'; ref: number; revision: number }
  | { type: 'not-drawn'; ref: number; why: string }
  | Invitation
  | { type: 'server'; reached: boolean }
  | { type: 'error'; why: string }
  | { type: 'latency'; displays: unknown[]; server: object } // taken apart by latency_news.ts
  | Pong;

export interface Pong {
  type: 'pong';
  id: number;
  server_us: number | null;
  bound_us: number;
}

type Field = 'string' | 'number' | 'boolean' | 'array' | 'object';

/** What each message must hold. A page newer or older than its share passes over what it does not know. */
const fields: Record<FromShare['type'], Record<string, Field>> = {
  welcome: {
    you: 'number',
    name: 'string',
    role: 'string',
    colour: 'number',
    pass: 'string',
    may: 'object',
    layouts: 'array',
    layout: 'string',
    size: 'string',
  },
  refused: { why: 'string' },
  answer: { connection: 'string', sdp: 'string' },
  offer: { connection: 'string', sdp: 'string' },
  ended: { connection: 'string', why: 'string' },
  people: { people: 'array' },
  view: { layout: 'string', size: 'string', why: 'string' },
  drawn: { ref: 'number', revision: 'number' },
  'not-drawn': { ref: 'number', why: 'string' },
  invitation: { role: 'string', link: 'string', qr: 'array', expires_s: 'number' },
  server: { reached: 'boolean' },
  error: { why: 'string' },
  latency: { displays: 'array', server: 'object' },
  pong: { id: 'number' },
};

const is = (value: unknown, field: Field): boolean =>
  field === 'array'
    ? Array.isArray(value)
    : field === 'object'
      ? typeof value === 'object' && value !== null && !Array.isArray(value)
      : typeof value === field;

function parse(text: unknown): Record<string, unknown> | null {
  if (typeof text !== 'string') return null;
  try {
    const value: unknown = JSON.parse(text);
    return is(value, 'object') ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** Nothing for what is not a message of this version. */
export function readFromShare(text: unknown): FromShare | null {
  const message = parse(text);
  if (!message || typeof message.type !== 'string' || !Object.hasOwn(fields, message.type)) return null;
  const wanted = fields[message.type as FromShare['type']];
  if (!Object.entries(wanted).every(([name, field]) => is(message[name], field))) return null;
  if (message.type === 'pong') return readPong(text);
  if (message.type === 'welcome') message.ice = iceServers(message.ice);
  if (message.type === 'people') message.people = (message.people as unknown[]).filter(isPerson);
  return message as unknown as FromShare;
}

/** Empty credentials are none: a browser refuses them for STUN. */
function iceServers(value: unknown): RTCIceServer[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((server: Record<string, unknown> | null) => {
    if (!server || (!is(server.urls, 'string') && !is(server.urls, 'array'))) return [];
    const urls = server.urls as string | string[];
    return server.username
      ? [{ urls, username: String(server.username), credential: String(server.credential ?? '') }]
      : [{ urls }];
  });
}

function isPerson(value: unknown): boolean {
  if (!is(value, 'object')) return false;
  const person = value as Record<string, unknown>;
  return (
    is(person.id, 'number') && is(person.name, 'string') && is(person.role, 'string') && is(person.colour, 'number')
  );
}

export function readPong(text: unknown): Pong | null {
  const message = parse(text);
  if (!message || message.type !== 'pong' || !is(message.id, 'number')) return null;
  if (message.server_us !== null && !is(message.server_us, 'number')) return null;
  if (!is(message.bound_us, 'number')) message.bound_us = 0;
  return message as unknown as Pong;
}
