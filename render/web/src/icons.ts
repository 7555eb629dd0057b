// Drawn on 24 by 24, stroked two wide.
export const icons = {
  microphone: 'M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM5 11a7 7 0 0 0 14 0M12 18v3M8 21h8',
  microphoneOff:
    'M9 9v3a3 3 0 0 0 5 2M15 11V6a3 3 0 0 0-6-1M5 11a7 7 0 0 0 11 5M19 11a7 7 0 0 1-1 3M12 18v3M8 21h8M3 3l18 18',
  camera: 'M3 7h11v10H3zM14 11l7-4v10l-7-4',
  glasses: 'M3 9h18M4 9v5a3 3 0 0 0 6 0l1-2h2l1 2a3 3 0 0 0 6 0V9',
  look: 'M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z',
  pointer: 'M6 3l13 9-6 1 4 7-3 1-3-7-5 4z',
  pen: 'M4 20l1-5L16 4l4 4L9 19zM14 6l4 4',
  arrow: 'M5 19L19 5M10 5h9v9',
  text: 'M5 6V4h14v2M12 4v16M9 20h6',
  mark: 'M12 3v7M12 14v7M3 12h7M14 12h7',
  undo: 'M9 5L4 10l5 5M4 10h10a6 6 0 0 1 0 12h-3',
  clear: 'M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13',
  freeze: 'M12 2v20M4 7l16 10M20 7L4 17M9 3l3 3 3-3M9 21l3-3 3 3',
  snapshot: 'M4 7h4l2-3h4l2 3h4v13H4zM12 10a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7z',
  layout: 'M3 4h18v16H3zM14 4v16M14 12h7',
  fullscreen: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  people:
    'M9 4a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7zM2 20a7 7 0 0 1 14 0M16 5a3 3 0 0 1 0 6M18 14a6 6 0 0 1 4 6',
  figures: 'M4 20V10M10 20V4M16 20v-7M22 20H2',
  sound: 'M4 9v6h4l5 4V5L8 9zM16 9a4 4 0 0 1 0 6M19 6a8 8 0 0 1 0 12',
  leave: 'M10 4H4v16h6M14 8l5 4-5 4M19 12H9',
  close: 'M5 5l14 14M19 5L5 19',
  more: 'M5 11v2M12 11v2M19 11v2',
} as const;
export type Icon = keyof typeof icons;
