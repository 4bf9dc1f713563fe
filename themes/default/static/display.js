/* The wall turns its own pages: each is asked for anew, so that what was withdrawn is gone at the next turn.
   Without this file the page asks to be refreshed by itself. */
(function () {
  "use strict";
  var LOST = 3;  // so many turns without an answer, and what may be out of date is shown no longer
  var clock = document.querySelector("[data-clock]");
  var lost = document.querySelector("[data-lost]");
  var failed = 0, ahead;

  function wall() { return document.querySelector("[data-wall]"); }

  // The clock is the server's: players of walls are often wrong.
  function setClock(written) { ahead = Date.parse(written) - Date.now(); }
  var hours = new Intl.DateTimeFormat("en-GB", {timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit"});
  function showClock() {
    var words = hours.format(new Date(Date.now() + ahead));
    if (clock.textContent !== words) { clock.textContent = words; clock.setAttribute("datetime", words); }
  }

  function show(text) {
    var page = new DOMParser().parseFromString(text, "text/html");
    var next = page.querySelector("[data-wall]");
    if (!next) { throw new Error("not a page of the wall"); }
    if (page.querySelector("script").getAttribute("src") !== document.querySelector("script").getAttribute("src")) {
      window.location.reload();  // the portal was renewed
      return;
    }
    wall().replaceWith(next);
    setClock(page.querySelector("[data-clock]").getAttribute("data-now"));
    failed = 0;
    lost.hidden = true;
  }

  function miss() {
    failed += 1;
    if (failed >= LOST) { wall().hidden = true; lost.hidden = false; }
  }

  function turn() {
    fetch(wall().getAttribute("data-next"), {cache: "no-store", signal: AbortSignal.timeout(8000)})
      .then(function (answer) {
        if (!answer.ok) { throw new Error(answer.status); }
        return answer.text();
      })
      .then(show).catch(miss).then(wait);
  }
  function wait() { window.setTimeout(turn, Number(wall().getAttribute("data-seconds")) * 1000); }

  setClock(clock.getAttribute("data-now"));
  showClock();
  window.setInterval(showClock, 1000);
  wait();
}());
