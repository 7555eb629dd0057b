// The stages of the path in words: what happens until each is reached, and which options would change how long it takes.
import type { Stage } from './stamp.ts';

/** Whose time it is; the colours follow it. */
export type Place = 'capture' | 'uplink' | 'server' | 'downlink' | 'display';

export interface StageWords {
  place: Place;
  /** "Most of it is …" */
  what: string;
  /** Options of docs/example.yaml. */
  options: string[];
  /** "What would change it: …" */
  change: string;
}

export const stageWords: Record<Stage, StageWords> = {
  acquired: { place: 'capture', what: 'the device itself', options: [], change: 'another device' },
  captured: {
    place: 'capture',
    what: 'the way from the device into the capture node',
    options: ['device-delay-ms'],
    change: 'another grabber; device-delay-ms only says how long it is thought to take',
  },
  encoded: {
    place: 'capture',
    what: 'encoding at the capture node',
    options: ['threads', 'quality', 'encoder'],
    change: 'more threads, a coarser quality or a hardware encoder',
  },
  sent: {
    place: 'capture',
    what: 'handing the frame to the uplink',
    options: ['quality', 'max-kbit-per-s'],
    change: 'smaller frames, by a coarser quality or a lower max-kbit-per-s',
  },
  first_packet: {
    place: 'uplink',
    what: 'the uplink',
    options: ['paths'],
    change: 'a shorter way: another network, or one more of paths',
  },
  received: {
    place: 'uplink',
    what: 'the rest of the frame on the uplink',
    options: ['quality', 'max-kbit-per-s', 'repair-budget-ms'],
    change: 'smaller frames (quality, max-kbit-per-s), or a smaller repair-budget-ms at the price of lost frames',
  },
  decoded: {
    place: 'server',
    what: 'decoding at the server',
    options: ['quality', 'real-time'],
    change: 'a coarser quality, a faster machine, or real-time rights for the server',
  },
  paired: {
    place: 'server',
    what: 'waiting for a frame of the leading modality',
    options: ['leader'],
    change: 'leader, as the leading modality never waits',
  },
  fused: {
    place: 'server',
    what: 'fusing',
    options: ['canvas-width', 'canvas-height', 'layout'],
    change: 'a smaller picture (canvas-width, canvas-height), another layout or a GPU',
  },
  annotated: {
    place: 'server',
    what: 'drawing on the picture',
    options: ['canvas-width', 'canvas-height'],
    change: 'fewer drawings, or a smaller picture (canvas-width, canvas-height)',
  },
  encoded_for_view: {
    place: 'server',
    what: 'encoding the fused picture',
    options: ['threads', 'view-quality', 'encoder', 'canvas-width'],
    change: 'more threads, a coarser view-quality, a hardware encoder or a smaller canvas-width',
  },
  published: {
    place: 'server',
    what: 'handing the picture to the downlink',
    options: ['view-quality', 'view-max-kbit-per-s'],
    change: 'smaller pictures, by a coarser view-quality or a lower view-max-kbit-per-s',
  },
  delivered_first: {
    place: 'downlink',
    what: 'the downlink',
    options: ['paths'],
    change: 'a shorter way: another network, or one more of paths',
  },
  delivered: {
    place: 'downlink',
    what: 'the rest of the picture on the downlink',
    options: ['view-quality', 'view-max-kbit-per-s', 'repair-budget-ms'],
    change:
      'smaller pictures (view-quality, view-max-kbit-per-s), or a smaller repair-budget-ms at the price of lost ones',
  },
  unpacked: {
    place: 'display',
    what: 'decoding at the display',
    options: ['view-quality', 'canvas-width', 'real-time'],
    change: 'a coarser view-quality, a smaller canvas-width, or real-time rights for the display',
  },
  presented: {
    place: 'display',
    what: 'waiting for the panel',
    options: ['present'],
    change: 'a screen of 120 Hz, which halves the wait; present: kms, which leaves out the desktop in between',
  },
};

/** "→ encoded for view" */
export const hopName = (stage: Stage): string => `→ ${stage.replaceAll('_', ' ')}`;
