"""The card of how the service is reached: its address, how many jobs, proxy and certificates."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPushButton

from fluxfill_studio.core.errors import ParameterError
from fluxfill_studio.model.account import Account
from fluxfill_studio.ui.dialogs import plain_button
from fluxfill_studio.ui.settings.card import Card, NumberBox, Remark
from fluxfill_studio.ui.wording import what_happened

_MOST_JOBS = 32


class ConnectionCard(Card):
    """What is empty is as the service or the system says; what is entered holds for new runs."""

    def __init__(self, account: Account) -> None:
        super().__init__()
        self._account = account
        self.set_heading(self.tr("Connection"))
        self.address = QLineEdit()
        self.address.setPlaceholderText(account.default_base_url)
        self.address.setToolTip(self.tr("Where the service is asked, and the key is sent"))
        self.reset_address = self._reset(self.address, self.tr("Reset the address"))
        self.add_row(self.tr("Address"), self.address, self.reset_address, stretched=True)
        self.jobs = NumberBox(_MOST_JOBS)
        self.jobs.setToolTip(self.tr("More than the account allows are never begun"))
        self.add_row(self.tr("Jobs at once"), self.jobs)
        self.proxy = QLineEdit()
        self.proxy.setPlaceholderText(self.tr("as the system says"))
        self.proxy.setToolTip(self.tr("An http or https address that all requests go through"))
        self.reset_proxy = self._reset(self.proxy, self.tr("Reset the proxy"))
        self.add_row(self.tr("Proxy"), self.proxy, self.reset_proxy, stretched=True)
        self.certificates = QLineEdit()
        self.certificates.setPlaceholderText(self.tr("as the system says"))
        self.certificates.setToolTip(self.tr("A PEM file of authorities to be trusted as well"))
        self.choose = plain_button(self.tr("Choose…"))
        self.choose.setAccessibleName(self.tr("Choose a file of certificates"))
        self.reset_certificates = self._reset(self.certificates, self.tr("Reset the certificates"))
        self.add_row(
            self.tr("Certificates"),
            self.certificates,
            self.choose,
            self.reset_certificates,
            stretched=True,
        )
        self.trouble = Remark()
        self.add_line(self.trouble)
        account.changed.connect(self._show)
        self._show()
        for field in (self.address, self.proxy, self.certificates):
            field.editingFinished.connect(self._connect)
        self.jobs.valueChanged.connect(self._limit)
        self.choose.clicked.connect(self._ask_file)

    def _reset(self, field: QLineEdit, name: str) -> QPushButton:
        button = plain_button(self.tr("Reset"))
        button.setAccessibleName(name)
        button.setToolTip(self.tr("As it was at first"))
        button.clicked.connect(field.clear)
        button.clicked.connect(self._connect)
        button.clicked.connect(field.setFocus)
        return button

    def _connect(self) -> None:
        for field in (self.address, self.proxy, self.certificates):
            field.setModified(False)
        certificates = self.certificates.text().strip()
        self._account.set_connection(
            replace(
                self._account.connection,
                base_url=self.address.text().strip(),
                proxy=self.proxy.text().strip(),
                certificates=Path(certificates) if certificates else None,
            )
        )

    def _limit(self, jobs: int) -> None:
        self._account.set_limits(replace(self._account.limits, jobs_at_once=jobs))

    def _ask_file(self) -> None:
        dialog = QFileDialog(self, self.tr("Certificates to be trusted"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(
            [self.tr("Certificates") + " (*.pem *.crt *.cer)", self.tr("All files") + " (*)"]
        )
        dialog.fileSelected.connect(self.certificates.setText)
        dialog.fileSelected.connect(self._connect)
        dialog.open()

    def _show(self) -> None:
        connection, limits = self._account.connection, self._account.limits
        trouble = self._account.trouble
        told = what_happened(trouble) if isinstance(trouble, ParameterError) else ""
        self.trouble.say(told, "error")
        for field, text, reset in (
            (self.address, connection.base_url, self.reset_address),
            (self.proxy, connection.proxy, self.reset_proxy),
            (self.certificates, str(connection.certificates or ""), self.reset_certificates),
        ):
            if not field.isModified():  # else it is being typed
                field.setText(text)
            reset.setEnabled(bool(text))
        balance = self._account.balance
        allowed = None if balance is None else balance.max_concurrent_jobs
        self.jobs.setSpecialValueText(
            self.tr("as the account allows")
            if allowed is None
            else self.tr("as the account allows ({count})").format(count=allowed)
        )
        with QSignalBlocker(self.jobs):
            self.jobs.setValue(limits.jobs_at_once)
