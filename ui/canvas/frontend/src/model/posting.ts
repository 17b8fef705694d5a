/** The door for edits: beside Streamlit, whose answer would come with the next page. */
import type { Edit, Stored } from "../protocol";

const DOOR = "/canvas/edits";
/** Streamlit's; only a page of ours can read it. */
const COOKIE = /(?:^|; )_streamlit_xsrf=([^;]+)/;
/** What will not be taken however often it is sent. */
const FINAL = new Set([413, 422]);

/** Characters; browsers allow 64 kB, and a letter may take several bytes. */
const LEAVING = 20_000;

/** Null without an answer: then it is to be sent again. */
export async function post(edit: Edit): Promise<Stored | null> {
  try {
    const token = decodeURIComponent(COOKIE.exec(document.cookie)?.[1] ?? "");
    const headers = { "Content-Type": "application/json", "X-Xsrftoken": token };
    const body = JSON.stringify(edit);
    // What is on its way when the page is left arrives all the same, if it is small enough for browsers to let it.
    const answer = await fetch(DOOR, { method: "POST", headers, body, keepalive: body.length < LEAVING });
    if (answer.ok) return (await answer.json()) as Stored;
    if (!FINAL.has(answer.status)) return null;
    const { message } = (await answer.json()) as { message: string };
    return { refused: { seq: edit.seq, message } };
  } catch {
    return null;
  }
}
