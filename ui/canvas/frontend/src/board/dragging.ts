/** What is being dragged from the palette: the browser hides a drag's data until it is dropped. */
export const TYPE = "application/x-canvasback-component";

let current: string | null = null;

export const dragged = (): string | null => current;

export function startDrag(event: React.DragEvent, component: string): void {
  current = component;
  event.dataTransfer.setData(TYPE, component);
  event.dataTransfer.effectAllowed = "copy";
}

export function endDrag(): void {
  current = null;
}
