// The way from the page into AR glasses: offered where the browser says that it has some, loaded when somebody goes.
import type { Drawings } from './drawings.ts';
import type { Session } from './session.ts';
import type { Stage } from './stage.ts';
import type { Tools } from './tools.ts';
import type { View } from './view.ts';

interface Parts {
  session: Session;
  view: View;
  stage: Stage;
  tools: Tools;
  drawings: Drawings;
  video: HTMLVideoElement;
  overlay: HTMLCanvasElement;
}

/** What the button does; nothing where there are no glasses. */
export async function glassesEntry(parts: Parts, trouble: (why: string) => void): Promise<(() => void) | null> {
  const modes: XRSessionMode[] = ['immersive-ar', 'immersive-vr'];
  const has = await Promise.all(
    modes.map((mode) => navigator.xr?.isSessionSupported(mode).catch(() => false) ?? false),
  );
  if (!has.includes(true)) return null;
  return () =>
    void enter(parts).catch((error: unknown) => trouble(error instanceof Error ? error.message : String(error)));
}

async function enter({ session, view, stage, tools, drawings, video, overlay }: Parts): Promise<void> {
  const { enter_glasses } = await import('./glasses.js');
  stage.unfreeze(); // the glasses show what comes, not what the page holds
  await enter_glasses({
    video,
    overlay,
    stamp: () => stage.stamp,
    states: () => (view.stamp ? view.judge(performance.now() * 1000) : null),
    point: (at) => tools.pointAt(at),
    mayDraw: session.welcome?.may.draw === true,
    draw: (modality, points) => {
      const sequence = stage.stamp?.sources.find(({ header }) => header.modality === modality)?.header.sequence;
      if (sequence !== undefined)
        drawings.add({ kind: 'stroke', modality, points, text: '' }, sequence, performance.now() * 1000);
    },
    ended: () => stage.repaint(),
  });
}
