/** Says aloud what happened to the drawing and to the run: for who does not see them. */
import { useEffect, useRef, useState } from "react";
import { useEditor } from "../context";
import { changeSpoken, runSpoken } from "../model/changes";

/** Changes in quick succession, such as an undo held down, are said as one. */
const SETTLED_MS = 250;

export function Announcer() {
  const { model } = useEditor();
  const [said, setSaid] = useState("");
  const told = useRef(model.state);
  useEffect(() => {
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const tell = (): void => {
      const [before, now] = [told.current, model.state];
      told.current = now;
      const change = changeSpoken(before.graph, now.graph, now.specs, isTyping());
      const words = [change, runSpoken(before.run, now.run, now.status, now.graph, now.specs)].filter(Boolean).join(" ");
      if (words) setSaid((last) => (last === words ? `${words}\u00a0` : words)); // else the same is not said again
    };
    const notice = (): void => {
      if (model.state.graph === told.current.graph && model.state.run === told.current.run) return;
      clearTimeout(waiting);
      waiting = setTimeout(tell, SETTLED_MS);
    };
    const leave = model.subscribe(notice);
    return () => {
      clearTimeout(waiting);
      leave();
    };
  }, [model]);
  return <div className="cb-hidden" role="status" aria-live="polite" data-testid="announcer">{said}</div>;
}

/** Who sets something in the settings hears the field. */
const isTyping = (): boolean => Boolean(document.activeElement?.closest(".cb-inspector"));
