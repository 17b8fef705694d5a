/** The door to Streamlit: called at every change of data or theme, for the editor and for its invisible feed. */
import { createRoot, type Root } from "react-dom/client";
import { Editor } from "./Editor";
import { Mishap } from "./frame/Mishap";
import { modelOf, type Model, type Port } from "./model/model";
import type { Acknowledgement, EditorData, FeedData, LookData } from "./protocol";
import { applyTheme } from "./theme";
import "./styles/index.css";

interface Mount extends Port {
  data: EditorData | FeedData | LookData | Acknowledgement | null;
  parentElement: HTMLElement | ShadowRoot;
}

interface Mounted {
  root: Root;
  element: HTMLElement;
  model: Model;
}

const mounts = new WeakMap<object, Mounted>();

function mounted(parent: HTMLElement | ShadowRoot, model: Model): Mounted {
  const known = mounts.get(parent);
  if (known && known.model === model) return known;
  known?.model.detach();
  known?.root.unmount();
  known?.element.remove();
  const element = document.createElement("div");
  element.className = "cb-root";
  parent.append(element);
  const fresh = { root: createRoot(element), element, model };
  mounts.set(parent, fresh);
  return fresh;
}

/** What has the focus in there, by its name for tests. */
function focusedIn(element: HTMLElement): string | null {
  const focused = document.activeElement;
  return element.contains(focused) ? (focused?.closest("[data-testid]")?.getAttribute("data-testid") ?? null) : null;
}

export default function render(mount: Mount): (() => void) | undefined {
  const { data, parentElement } = mount;
  if (!data) return undefined;
  const model = modelOf(data.doc);
  if (data.kind === "feed") {
    model.feed(data);
    return undefined;
  }
  if (data.kind === "look") {
    model.attachLook({ setStateValue: mount.setStateValue as Port["setStateValue"] });
    model.looked(data);
    return () => model.attachLook(null);
  }
  if (data.kind === "ack") {
    model.acknowledge(data);
    return undefined;
  }
  const { root, element } = mounted(parentElement, model);
  model.receive(data);
  model.attach({ setStateValue: mount.setStateValue as Port["setStateValue"] });
  applyTheme(element);
  root.render(
    <Mishap key={data.doc}>
      <Editor model={model} height={data.height ?? null} />
    </Mishap>,
  );
  return () => {
    const last = mounts.get(parentElement);
    last?.model.leave(focusedIn(last.element));
    last?.model.detach();
    last?.root.unmount();
    last?.element.remove();
    mounts.delete(parentElement);
  };
}
