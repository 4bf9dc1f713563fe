/* The touch screen goes back to its home page when nobody touches it, and says so before it does. */
(function () {
  "use strict";
  var dialog = document.querySelector(".kiosk-idle");
  var left = dialog.querySelector("[data-left]");
  var idle = Number(dialog.getAttribute("data-idle")), warning = Number(dialog.getAttribute("data-warning"));
  try { window.localStorage.removeItem("variant"); } catch (refused) { /* it keeps nothing at all */ }
  var home = dialog.hasAttribute("data-home"), last = Date.now();

  // While the question stands only its answer counts, a whole click: what lies below is not touched by it.
  function touched() { if (!dialog.open) { last = Date.now(); } }
  function stay() { dialog.close(); last = Date.now(); }
  ["pointerdown", "keydown", "scroll", "wheel", "touchmove", "input"].forEach(function (kind) {
    window.addEventListener(kind, touched, {capture: true, passive: true});
  });
  dialog.addEventListener("click", stay);
  dialog.addEventListener("cancel", stay);

  window.setInterval(function () {
    var seconds = Math.ceil(idle - (Date.now() - last) / 1000);
    if (seconds <= 0) { window.location.replace("/kiosk"); last = Date.now(); return; }  // tried again when it fails
    if (seconds <= warning && !home) {
      left.textContent = String(seconds);
      if (!dialog.open) { dialog.showModal(); }
    }
  }, 500);

  var back = document.querySelector("[data-kiosk-back]");
  if (back && window.history.length > 1) {
    back.hidden = false;
    back.addEventListener("click", function () { window.history.back(); });
  }
  // A long touch opens no menu of the browser.
  document.addEventListener("contextmenu", function (event) { event.preventDefault(); });
}());
