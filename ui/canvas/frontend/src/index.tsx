/** The door to Streamlit: called at every change of data or theme, for the editor and for its invisible feed. */
import { createRoot, type Root } from "react-dom/client";
import { Editor } from "./Editor";
import { Mishap } from "./frame/Mishap";
import { modelOf, type Model, type Port } from "./model/model";
import { Place } from "./place";
import type { EditorData, FeedData, LookData } from "./protocol";
import { applyTheme } from "./theme";
import "./styles/index.css";

interface Mount extends Port {
  data: EditorData | FeedData | LookData | null;
  parentElement: HTMLElement | ShadowRoot;
}

interface Mounted {
  root: Root;
  place: Place;
  model: Model;
}

/** The editors that are on the page, or wait for their place on it, by their document. */
const editors = new Map<string, Mounted>();
const standing = new WeakMap<object, Mounted>();

function mounted(parent: HTMLElement | ShadowRoot, model: Model): Mounted {
  const last = standing.get(parent);
  const editor = editors.get(model.state.doc) ?? made(model);
  if (last && last !== editor) {
    last.model.detach();
    last.place.leave();
  }
  standing.set(parent, editor);
  editor.place.take(parent);
  return editor;
}

function made(model: Model): Mounted {
  const element = document.createElement("div");
  element.className = "cb-root";
  const root = createRoot(element);
  const place = new Place(element, () => {
    root.unmount();
    editors.delete(model.state.doc);
  });
  const fresh = { root, place, model };
  editors.set(model.state.doc, fresh);
  return fresh;
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
  const { root, place } = mounted(parentElement, model);
  model.receive(data);
  model.attach({ setStateValue: mount.setStateValue as Port["setStateValue"] });
  applyTheme(place.element);
  root.render(
    <Mishap key={data.doc}>
      <Editor model={model} height={data.height ?? null} />
    </Mishap>,
  );
  return () => {
    standing.delete(parentElement);
    if (place.element.parentNode !== parentElement) return; // it has another place already
    model.detach();
    place.wait();
  };
}
