/** The door for edits: beside Streamlit, whose answer would come with the next page. */
import type { Edit, Stored } from "../protocol";

const DOOR = "/canvas/edits";
/** Streamlit's; only a page of ours can read it. */
const COOKIE = /(?:^|; )_streamlit_xsrf=([^;]+)/;
/** What will not be taken however often it is sent. */
const FINAL = new Set([413, 422]);

/** Null without an answer: then it is to be sent again. */
export async function post(edit: Edit): Promise<Stored | null> {
  try {
    const token = decodeURIComponent(COOKIE.exec(document.cookie)?.[1] ?? "");
    const headers = { "Content-Type": "application/json", "X-Xsrftoken": token };
    const answer = await fetch(DOOR, { method: "POST", headers, body: JSON.stringify(edit) });
    if (answer.ok) return (await answer.json()) as Stored;
    if (!FINAL.has(answer.status)) return null;
    const { message } = (await answer.json()) as { message: string };
    return { refused: { seq: edit.seq, message } };
  } catch {
    return null;
  }
}
