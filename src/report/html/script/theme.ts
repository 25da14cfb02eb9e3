/** The button that changes the colours, and says which it would change to. */
export const themeScript = `
document.documentElement.classList.remove('no-script');
const theme = document.querySelector('.theme');
const darkNow = () => {
  const set = document.documentElement.dataset.theme;
  return set ? set === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
};
const showTheme = () => {
  theme.textContent = darkNow() ? 'Light colours' : 'Dark colours';
  theme.setAttribute('aria-pressed', String(document.documentElement.dataset.theme !== undefined));
};
theme.addEventListener('click', () => {
  document.documentElement.dataset.theme = darkNow() ? 'light' : 'dark';
  showTheme();
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', showTheme);
showTheme();
`;
