import type { Role } from './messages.ts';

export const roleNames: Record<Role, string> = {
  viewer: 'Viewer',
  colleague: 'Colleague',
  glasses: 'Glasses',
  moderator: 'Moderator',
  source: 'Camera source',
  engineer: 'Engineer',
};
/** "You can …", "They can …". */
export const roleCan: Record<Role, string> = {
  viewer: 'see the picture and hear the room',
  colleague: 'see the picture, talk with the room, and point and draw on the picture',
  glasses: 'see the picture, talk with the room, draw, and share a camera',
  moderator: 'see, talk and draw, silence and remove people, invite others, and clear all drawings',
  source: 'give a camera to the room, and see nothing of it',
  engineer: 'see how long pictures take and where the time goes, and nothing of the room',
};
export const invitable: Role[] = ['viewer', 'colleague', 'glasses', 'moderator', 'source', 'engineer'];
